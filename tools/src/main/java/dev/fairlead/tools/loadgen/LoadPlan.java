package dev.fairlead.tools.loadgen;

import java.time.Duration;

/**
 * When requests should start, fixed before the first one does.
 *
 * @param qps arrivals a second, above 0
 * @param concurrency requests under way at once, at most; further arrivals wait
 * @param duration how long arrivals are measured
 * @param warmup how long arrivals at the same rate go before and are not counted
 */
record LoadPlan(double qps, int concurrency, Duration duration, Duration warmup) {

  private static final double NANOS_PER_SECOND = 1e9;

  /** How many arrivals there are, the warm-up's among them. */
  long arrivals() {
    return warmupArrivals() + count(duration);
  }

  /** The first arrivals, which are not counted. */
  long warmupArrivals() {
    return count(warmup);
  }

  /** When an arrival (0, 1, ...) should start, in nanoseconds from the run's beginning. */
  long arrivalNanos(long arrival) {
    return (long) (arrival * NANOS_PER_SECOND / qps);
  }

  /** When arrivals that still wait for a slot are given up. */
  long endNanos() {
    return warmup.plus(duration).toNanos();
  }

  private long count(Duration span) {
    return Math.round(span.toNanos() * qps / NANOS_PER_SECOND);
  }
}
