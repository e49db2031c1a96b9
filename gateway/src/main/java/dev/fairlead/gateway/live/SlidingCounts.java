package dev.fairlead.gateway.live;

import java.util.function.LongSupplier;

/** Successes and failures over a sliding window that moves by sixths. Thread-safe. */
final class SlidingCounts {

  private static final int SLICES = 6;

  private final LongSupplier nanos;
  private final long sliceNanos;
  private final long[] good = new long[SLICES];
  private final long[] bad = new long[SLICES];
  private long epoch;

  SlidingCounts(LongSupplier nanos, long windowNanos) {
    this.nanos = nanos;
    this.sliceNanos = Math.max(1, windowNanos / SLICES);
    this.epoch = Math.floorDiv(nanos.getAsLong(), sliceNanos);
  }

  synchronized void add(boolean success) {
    turn();
    (success ? good : bad)[Math.floorMod(epoch, SLICES)]++;
  }

  /** All of the window. */
  synchronized long total() {
    turn();
    return sum(good) + sum(bad);
  }

  /** Share of failures, 0 to 1; 0 when there was nothing. */
  synchronized double failureRate() {
    turn();
    long failures = sum(bad);
    long all = failures + sum(good);
    return all == 0 ? 0 : (double) failures / all;
  }

  private void turn() {
    long current = Math.floorDiv(nanos.getAsLong(), sliceNanos);
    for (long slice = Math.max(epoch + 1, current - SLICES + 1); slice <= current; slice++) {
      good[Math.floorMod(slice, SLICES)] = 0;
      bad[Math.floorMod(slice, SLICES)] = 0;
    }
    epoch = Math.max(epoch, current);
  }

  private static long sum(long[] slices) {
    long sum = 0;
    for (long slice : slices) {
      sum += slice;
    }
    return sum;
  }
}
