package dev.fairlead.gateway.limits;

/**
 * A sum over the last window, in parts: exact in that no span of the window's length ever holds
 * more than was let in by it. One part more is kept than a window has, because the present one has
 * only begun. Not thread-safe.
 */
final class SlidingWindow {

  private static final int KEPT = LimitStore.PARTS + 1;

  private final long[] counts = new long[KEPT];
  private long newest = Long.MIN_VALUE;
  private long used = Long.MIN_VALUE;
  private long total;

  /** Forgets what has passed by {@code tick}; time never runs backwards here. */
  void advance(long tick) {
    if (newest == Long.MIN_VALUE) {
      newest = tick;
    }
    if (tick - newest >= KEPT) {
      java.util.Arrays.fill(counts, 0);
      total = 0;
      newest = tick;
    }
    while (newest < tick) {
      newest++;
      total -= counts[slot(newest)];
      counts[slot(newest)] = 0;
    }
  }

  long total() {
    return total;
  }

  void add(long amount) {
    counts[slot(newest)] += amount;
    total += amount;
    used = newest;
  }

  /** Corrects what was added at {@code tick}, unless that is forgotten by now. */
  void correct(long tick, long difference) {
    if (difference > 0) {
      add(difference);
    } else if (newest - tick < KEPT && tick <= newest) {
      long taken = Math.min(counts[slot(tick)], -difference);
      counts[slot(tick)] -= taken;
      total -= taken;
    }
  }

  /** Ticks until {@code freed} has been forgotten; -1 when that much is not there. */
  long ticksUntilFree(long freed) {
    long sum = 0;
    for (long tick = newest - KEPT + 1; tick <= newest; tick++) {
      sum += counts[slot(tick)];
      if (sum >= freed) {
        return tick + KEPT - newest;
      }
    }
    return -1;
  }

  /** Ticks until everything is forgotten. */
  long ticksUntilEmpty() {
    return total == 0 ? 0 : used + KEPT - newest;
  }

  private static int slot(long tick) {
    return (int) Math.floorMod(tick, (long) KEPT);
  }
}
