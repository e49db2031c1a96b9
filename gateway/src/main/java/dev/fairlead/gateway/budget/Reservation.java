package dev.fairlead.gateway.budget;

import java.util.concurrent.atomic.AtomicBoolean;

/** Money that is held, or wished to be held, for one request. Thread-safe. */
public final class Reservation {

  private final Budgets budgets;
  private final BudgetStore.Ask ask;
  private final long nanoUsd;
  private final AtomicBoolean settled = new AtomicBoolean();

  Reservation(Budgets budgets, BudgetStore.Ask ask, long nanoUsd) {
    this.budgets = budgets;
    this.ask = ask;
    this.nanoUsd = nanoUsd;
  }

  /** What the store is asked for. */
  public BudgetStore.Ask ask() {
    return ask;
  }

  /** How much is held. */
  public long nanoUsd() {
    return nanoUsd;
  }

  /** Replaces what is held by what was spent, the first time; does not block. */
  public void settle(long spentNanoUsd) {
    if (settled.compareAndSet(false, true)) {
      budgets.settle(ask, spentNanoUsd);
    }
  }
}
