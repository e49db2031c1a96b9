package dev.fairlead.gateway.console;

import java.util.concurrent.atomic.AtomicLong;

/**
 * All of few things and every n-th of many: about as many a second as asked for, evenly over the
 * second, where n follows the second before and grows within a second that has more. Costs one
 * increment and the reading of two fields. Thread-safe, does not block but for the first caller of
 * a second.
 */
final class Thinning {

  private static final long SECOND_MILLIS = 1000;

  private final long most;
  private final AtomicLong seen = new AtomicLong();
  private volatile long second;
  private volatile long every = 1;

  /**
   * Keeps about that many.
   *
   * @param most a second, 1 or more
   */
  Thinning(long most) {
    this.most = most;
  }

  /** Whether to keep this one, which came at that time, milliseconds of any epoch. */
  boolean keeps(long millis) {
    long now = millis / SECOND_MILLIS;
    if (now != second) {
      turn(now);
    }
    long number = seen.getAndIncrement();
    return number % Math.max(every, 1 + number / most) == 0;
  }

  private synchronized void turn(long now) {
    if (now != second) {
      long before = seen.getAndSet(0);
      every = now == second + 1 ? Math.max(1, Math.ceilDiv(before, most)) : 1;
      second = now;
    }
  }
}
