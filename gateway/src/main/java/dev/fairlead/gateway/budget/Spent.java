package dev.fairlead.gateway.budget;

/**
 * What was spent, in nano-dollars.
 *
 * @param day in the running day of UTC
 * @param month in the running calendar month of UTC
 * @param total altogether
 */
public record Spent(long day, long month, long total) {

  /** Nothing. */
  public static final Spent NOTHING = new Spent(0, 0, 0);

  /** Of one period. */
  public long in(Spender.Window window) {
    return switch (window) {
      case DAY -> day;
      case MONTH -> month;
      case TOTAL -> total;
    };
  }
}
