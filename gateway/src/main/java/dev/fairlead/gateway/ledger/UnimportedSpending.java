package dev.fairlead.gateway.ledger;

import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What the rows cost that are on their way into the database, by payer and day, so that what was
 * spent can be told at any time, however many they are. A row that was lost on the way stays in
 * these sums as long as the process runs: it was paid all the same. Thread-safe.
 */
final class UnimportedSpending {

  /** Held from a batch's write to its leaving these sums, and while both are read together. */
  private final ReentrantLock moving = new ReentrantLock(true);

  private final Map<LedgerRow.Payer, Map<LocalDate, Long>> sums = new HashMap<>();
  private volatile boolean complete;

  /** Rows set out; before anyone can carry them. */
  void left(List<LedgerRow> rows) {
    add(rows, 1);
  }

  /** Adds all that an earlier process has left; until then nothing can be told. */
  synchronized void inherit(UnimportedSpending other) {
    other.sums.forEach((payer, days) -> days.forEach((day, nanoUsd) -> add(payer, day, nanoUsd)));
    complete = true;
  }

  /** Whether the sums can be told: the database is open, and what was left in the journal known. */
  boolean isComplete() {
    return complete;
  }

  private synchronized void add(List<LedgerRow> rows, int sign) {
    for (LedgerRow row : rows) {
      long cost = row.bill().costNanoUsd();
      if (cost != 0) {
        add(row.payer(), row.day(), sign * cost);
      }
    }
  }

  private synchronized void add(LedgerRow.Payer payer, LocalDate day, long nanoUsd) {
    Map<LocalDate, Long> days = sums.computeIfAbsent(payer, p -> new HashMap<>(4));
    days.merge(day, nanoUsd, (a, b) -> a + b == 0 ? null : a + b);
    if (days.isEmpty()) {
      sums.remove(payer);
    }
  }

  /** Moves rows into the database, unless {@code write} says that they did not get there. */
  boolean arrive(List<LedgerRow> rows, BooleanSupplier write) {
    moving.lock();
    try {
      if (!write.getAsBoolean()) {
        return false;
      }
      add(rows, -1);
      return true;
    } finally {
      moving.unlock();
    }
  }

  /**
   * Adds what is under way to what the database has; blocks.
   *
   * @return empty when that cannot be told in this time
   */
  Optional<SpendSums> with(SpendQuery query, Supplier<SpendSums> database, Duration atMost) {
    try {
      if (!complete || !moving.tryLock(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        return Optional.empty();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
    try {
      return Optional.of(database.get().plus(underWay(query)));
    } finally {
      moving.unlock();
    }
  }

  private synchronized SpendSums underWay(SpendQuery query) {
    SpendSums found = SpendSums.NOTHING;
    for (Map.Entry<LedgerRow.Payer, Map<LocalDate, Long>> payer : sums.entrySet()) {
      if (query.covers(payer.getKey())) {
        for (Map.Entry<LocalDate, Long> day : payer.getValue().entrySet()) {
          found = found.plus(query.of(day.getKey(), day.getValue()));
        }
      }
    }
    return found;
  }

  /** Payers with rows under way. */
  synchronized int payers() {
    return sums.size();
  }
}
