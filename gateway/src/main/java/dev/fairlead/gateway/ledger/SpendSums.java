package dev.fairlead.gateway.ledger;

/**
 * What was spent, in nano-dollars.
 *
 * @param day in the running day of UTC
 * @param month in the running calendar month of UTC
 * @param total altogether
 */
public record SpendSums(long day, long month, long total) {

  /** Nothing. */
  public static final SpendSums NOTHING = new SpendSums(0, 0, 0);

  /** Both together. */
  public SpendSums plus(SpendSums other) {
    return new SpendSums(day + other.day, month + other.month, total + other.total);
  }
}
