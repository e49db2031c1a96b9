package dev.fairlead.gateway.slo;

/**
 * Burn rates of the objective that burns fastest; 0 where there were too few tries to tell.
 *
 * @param shortWindow over the short window, 0 or more
 * @param longWindow over the long window, 0 or more
 * @param samples tries in the short window
 */
public record Burn(double shortWindow, double longWindow, long samples) {

  /** Nothing burns. */
  public static final Burn NONE = new Burn(0, 0, 0);

  /**
   * The rate to act on: a problem counts when it matters (long window) and is still there (short
   * window).
   */
  public double effective() {
    return Math.min(shortWindow, longWindow);
  }
}
