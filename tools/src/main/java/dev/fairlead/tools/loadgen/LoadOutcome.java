package dev.fairlead.tools.loadgen;

import java.util.concurrent.TimeUnit;

/**
 * A run that is over.
 *
 * @param sent arrivals that were sent
 * @param elapsedNanos from the run's beginning to the last answer
 * @param interrupted whether it was ended before its time
 */
record LoadOutcome(
    LoadPlan plan, LoadTally tally, long sent, long elapsedNanos, boolean interrupted) {

  /** Arrivals that never got a slot. */
  long unsent() {
    return plan.arrivals() - sent;
  }

  /** Requests that were under way when the run was interrupted. */
  long unfinished() {
    return sent - tally.total();
  }

  /** From the beginning to the last answer. */
  double seconds() {
    return elapsedNanos / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** Complete answers a second. */
  double throughput() {
    return tally.succeeded() / seconds();
  }
}
