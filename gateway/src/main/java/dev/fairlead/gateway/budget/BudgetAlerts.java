package dev.fairlead.gateway.budget;

/** Who is told when a budget is spent to some part. Must not block; thread-safe. */
@FunctionalInterface
public interface BudgetAlerts {

  /**
   * A threshold was reached, told once for each period by whichever gateway settled the request
   * that reached it.
   *
   * @param percent of the budget
   */
  void reached(
      Spender spender, Spender.Window window, int percent, long spentNanoUsd, long limitNanoUsd);
}
