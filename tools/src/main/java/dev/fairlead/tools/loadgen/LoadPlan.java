package dev.fairlead.tools.loadgen;

import java.time.Duration;

/**
 * When requests should start, fixed before the first one does.
 *
 * @param qps arrivals a second, above 0
 * @param concurrency requests under way at once, at most; further arrivals wait
 * @param duration how long requests arrive
 */
record LoadPlan(double qps, int concurrency, Duration duration) {

  private static final double NANOS_PER_SECOND = 1e9;

  /** How many arrivals there are. */
  long arrivals() {
    return Math.round(duration.toNanos() * qps / NANOS_PER_SECOND);
  }

  /** When an arrival (0, 1, ...) should start, in nanoseconds from the run's beginning. */
  long arrivalNanos(long arrival) {
    return (long) (arrival * NANOS_PER_SECOND / qps);
  }

  /** When arrivals that still wait for a slot are given up. */
  long endNanos() {
    return duration.toNanos();
  }

  /** The same rate for another time. */
  LoadPlan lasting(Duration other) {
    return new LoadPlan(qps, concurrency, other);
  }
}
