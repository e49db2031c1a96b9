package dev.fairlead.gateway.live;

import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.IntCountsHistogram;

/**
 * Quantiles of durations over a sliding window, exact to two significant digits (HdrHistogram).
 *
 * <p>The window moves by sixths: it covers between five and six sixths of its nominal length. About
 * 13 KiB a slice. Thread-safe; a record takes a lock for a few tens of nanoseconds, a quantile is
 * computed at most four times a second.
 */
final class SlidingHistogram {

  private static final int SLICES = 6;
  private static final int DIGITS = 2;
  private static final long HIGHEST_MICROS = TimeUnit.HOURS.toMicros(1);
  private static final long REFRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final LongSupplier nanos;
  private final long sliceNanos;
  private final AbstractHistogram[] slices = new AbstractHistogram[SLICES];
  private final AbstractHistogram merged = empty();
  private long epoch;
  private long mergedAt;
  private boolean stale = true;

  SlidingHistogram(LongSupplier nanos, long windowNanos) {
    this.nanos = nanos;
    this.sliceNanos = Math.max(1, windowNanos / SLICES);
    this.epoch = Math.floorDiv(nanos.getAsLong(), sliceNanos);
    this.mergedAt = nanos.getAsLong();
    for (int i = 0; i < SLICES; i++) {
      slices[i] = empty();
    }
  }

  /** Adds a duration in nanoseconds; what is negative counts as 0, what is above an hour as one. */
  synchronized void record(long durationNanos) {
    turn();
    long micros = TimeUnit.NANOSECONDS.toMicros(Math.max(0, durationNanos));
    slices[slot(epoch)].recordValue(Math.min(micros, HIGHEST_MICROS));
    stale = true;
  }

  /** How many durations the window holds. */
  synchronized long count() {
    turn();
    long count = 0;
    for (AbstractHistogram slice : slices) {
      count += slice.getTotalCount();
    }
    return count;
  }

  /**
   * A quantile in milliseconds; empty while nothing is in the window.
   *
   * @param quantile 0 to 1
   */
  synchronized OptionalDouble quantileMillis(double quantile) {
    turn();
    long now = nanos.getAsLong();
    if (stale && (merged.getTotalCount() == 0 || now - mergedAt >= REFRESH_NANOS)) {
      merge(now);
    }
    return merged.getTotalCount() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(merged.getValueAtPercentile(quantile * 100) / 1000.0);
  }

  private void merge(long now) {
    merged.reset();
    for (AbstractHistogram slice : slices) {
      merged.add(slice);
    }
    mergedAt = now;
    stale = false;
  }

  private void turn() {
    long current = Math.floorDiv(nanos.getAsLong(), sliceNanos);
    if (current <= epoch) {
      return;
    }
    long from = Math.max(epoch + 1, current - SLICES + 1);
    for (long slice = from; slice <= current; slice++) {
      slices[slot(slice)].reset();
    }
    epoch = current;
    merge(nanos.getAsLong());
  }

  private static int slot(long slice) {
    return Math.floorMod(slice, SLICES);
  }

  private static AbstractHistogram empty() {
    return new IntCountsHistogram(1, HIGHEST_MICROS, DIGITS);
  }
}
