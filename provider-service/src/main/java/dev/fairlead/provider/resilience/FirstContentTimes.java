package dev.fairlead.provider.resilience;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.IntCountsHistogram;

/**
 * A live quantile of how long a model's first content takes, exact to two significant digits
 * (HdrHistogram), over the last two to four minutes. Thread-safe; a record takes a lock for some
 * tens of nanoseconds, the quantile is computed at most once a second.
 */
final class FirstContentTimes {

  /** With fewer, a high quantile is only the slowest call of late. */
  private static final int FEWEST = 30;

  private static final int DIGITS = 2;
  private static final long HIGHEST_MICROS = TimeUnit.HOURS.toMicros(1);
  private static final long SLICE_NANOS = Duration.ofMinutes(2).toNanos();
  private static final long REFRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final double quantile;
  private AbstractHistogram current = empty();
  private AbstractHistogram before = empty();
  private final AbstractHistogram both = empty();
  private long sliceBegan;
  private long computedAt;
  private long nanos;

  /**
   * Nothing known yet.
   *
   * @param quantile 0 to 1
   * @param now as {@link TimeSource#nanoTime}
   */
  FirstContentTimes(double quantile, long now) {
    this.quantile = quantile;
    this.sliceBegan = now;
    this.computedAt = now - REFRESH_NANOS;
  }

  synchronized void record(long durationNanos, long now) {
    turn(now);
    long micros = TimeUnit.NANOSECONDS.toMicros(Math.max(0, durationNanos));
    current.recordValue(Math.min(micros, HIGHEST_MICROS));
  }

  /** Empty while too little is known. */
  synchronized OptionalLong quantileNanos(long now) {
    turn(now);
    if (before.getTotalCount() + current.getTotalCount() < FEWEST) {
      return OptionalLong.empty();
    }
    if (now - computedAt >= REFRESH_NANOS) {
      computedAt = now;
      both.reset();
      both.add(before);
      both.add(current);
      nanos = TimeUnit.MICROSECONDS.toNanos(both.getValueAtPercentile(quantile * 100));
    }
    return OptionalLong.of(nanos);
  }

  private void turn(long now) {
    long age = now - sliceBegan;
    if (age < SLICE_NANOS) {
      return;
    }
    AbstractHistogram free = before;
    before = current;
    current = free;
    current.reset();
    if (age >= 2 * SLICE_NANOS) {
      before.reset();
    }
    sliceBegan = now;
  }

  private static AbstractHistogram empty() {
    return new IntCountsHistogram(1, HIGHEST_MICROS, DIGITS);
  }
}
