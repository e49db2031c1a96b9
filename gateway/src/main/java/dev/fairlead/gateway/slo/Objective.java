package dev.fairlead.gateway.slo;

import dev.fairlead.gateway.live.TryOutcome;
import java.util.concurrent.TimeUnit;

/**
 * What is promised.
 *
 * @param name unique: {@code default}, {@code model:...}, {@code route:...}, {@code tenant:...} or {@code
 *     class:...}
 * @param latencyP95Ms milliseconds that 95 % may take
 * @param firstTokenP95Ms milliseconds to the first token that 95 % of the streams may take, 0 for
 *     none
 * @param availability share that must succeed, 0 to 1
 */
public record Objective(
    String name, double latencyP95Ms, double firstTokenP95Ms, double availability) {

  /** Share of answers that may be slower than a 95th percentile. */
  static final double SLOW_BUDGET = 0.05;

  /** Availability 1 would leave no budget to burn; this little is left all the same. */
  private static final double LEAST_BUDGET = 1e-6;

  /** Share of tries that may fail. */
  public double failureBudget() {
    return Math.max(LEAST_BUDGET, 1 - availability);
  }

  /** Whether an answer took longer than promised. */
  boolean slow(TryOutcome outcome) {
    return !outcome.failed() && above(outcome.latencyNanos(), latencyP95Ms);
  }

  /** Whether a stream began later than promised. */
  boolean late(TryOutcome outcome) {
    return firstTokenP95Ms > 0
        && outcome.streamed()
        && above(outcome.firstTokenNanos(), firstTokenP95Ms);
  }

  private static boolean above(long nanos, double millis) {
    return nanos > millis * TimeUnit.MILLISECONDS.toNanos(1);
  }
}
