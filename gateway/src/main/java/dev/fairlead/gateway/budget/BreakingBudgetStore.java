package dev.fairlead.gateway.budget;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Does not ask for money for a moment when the store has failed several times in a row: requests
 * are then decided on at once and do not each wait for its time-box. Settlements, which nobody
 * waits for, are always told. Thread-safe.
 */
public final class BreakingBudgetStore implements BudgetStore {

  /** Failures in a row after which the store is left alone; a single slow answer is no outage. */
  static final int FAILURES = 3;

  static final Duration LEFT_ALONE = Duration.ofSeconds(1);

  private final BudgetStore next;
  private final LongSupplier nanoTime;
  private final AtomicInteger failures = new AtomicInteger();
  private volatile long retryAt;

  /**
   * Around a store.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  public BreakingBudgetStore(BudgetStore next, LongSupplier nanoTime) {
    this.next = next;
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletionStage<Outcome> reserve(Ask ask) {
    if (failures.get() >= FAILURES && nanoTime.getAsLong() - retryAt < 0) {
      return CompletableFuture.failedStage(
          new IllegalStateException("budgets are away and are asked again in a moment"));
    }
    return next.reserve(ask)
        .whenComplete((outcome, error) -> {
          if (error == null) {
            failures.set(0);
          } else {
            retryAt = nanoTime.getAsLong() + LEFT_ALONE.toNanos();
            failures.incrementAndGet();
          }
        });
  }

  @Override
  public CompletionStage<List<Change>> settle(
      String id, List<Spender> spenders, long spentNanoUsd) {
    return next.settle(id, spenders, spentNanoUsd);
  }

  @Override
  public CompletionStage<Void> seed(Spender spender, Spent spent) {
    return next.seed(spender, spent);
  }

  @Override
  public CompletionStage<List<Standing>> standings(List<Spender> spenders) {
    return next.standings(spenders);
  }
}
