package dev.fairlead.tools.loadgen;

import java.util.concurrent.TimeUnit;

/**
 * A run that is over.
 *
 * @param sent arrivals that were sent, the warm-up's among them
 * @param elapsedNanos from the run's beginning to the last answer
 * @param interrupted whether it was ended before its time
 */
record LoadOutcome(
    LoadPlan plan, LoadTally tally, long sent, long elapsedNanos, boolean interrupted) {

  /** Arrivals that were to be counted. */
  long planned() {
    return plan.arrivals() - plan.warmupArrivals();
  }

  /** Counted arrivals that were sent. */
  long measured() {
    return Math.max(0, sent - plan.warmupArrivals());
  }

  /** Counted arrivals that never got a slot. */
  long unsent() {
    return planned() - measured();
  }

  /** Counted requests that were under way when the run was interrupted. */
  long unfinished() {
    return measured() - tally.succeeded() - tally.failed();
  }

  /** Seconds from the end of the warm-up to the last answer. */
  double measuredSeconds() {
    long nanos = Math.max(0, elapsedNanos - plan.warmup().toNanos());
    return nanos / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** Complete answers a second. */
  double throughput() {
    return measuredSeconds() > 0 ? tally.succeeded() / measuredSeconds() : 0;
  }
}
