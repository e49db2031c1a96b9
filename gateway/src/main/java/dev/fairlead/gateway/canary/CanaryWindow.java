package dev.fairlead.gateway.canary;

import java.util.List;

/**
 * The candidate's last first tries of the present stage, oldest first. Immutable.
 *
 * @param results one character a try, see {@link TryResult}
 */
public record CanaryWindow(String results) {

  /** No try yet. */
  public static final CanaryWindow EMPTY = new CanaryWindow("");

  /** The window after more tries, at most {@code size} of them. */
  CanaryWindow with(List<TryResult> more, int size) {
    StringBuilder all = new StringBuilder(results);
    more.forEach(result -> all.append(result.symbol()));
    return new CanaryWindow(all.substring(Math.max(0, all.length() - size)));
  }

  /** Number of tries. */
  public int samples() {
    return results.length();
  }

  /** Number of tries that came to {@code result}. */
  public int count(TryResult result) {
    return (int) results.chars().filter(symbol -> symbol == result.symbol()).count();
  }
}
