package dev.fairlead.tools.eval.harness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A policy in numbers.
 *
 * @param policy its name, or that of a control
 * @param costUsd of all prompts together
 * @param saving share of the baseline's cost that was not spent; null when that cost is 0
 * @param quality mean grade, 0 to 1
 * @param retention quality divided by the baseline's; null when the baseline has none
 * @param sla share of the prompts inside both their limits of cost and time
 * @param shuffled what the same models, dealt out at random among the prompts, keep; null for
 *     controls
 * @param tiers the same by the tier that served, in the order of cost
 */
record EvalResult(
    String policy,
    int prompts,
    double costUsd,
    @Nullable Double saving,
    double quality,
    @Nullable Interval retention,
    double sla,
    @Nullable Interval shuffled,
    List<OfTier> tiers) {

  EvalResult {
    tiers = List.copyOf(tiers);
  }

  /**
   * A mean with the interval that holds it, or other draws, in 95 % of cases.
   *
   * @param low lower end
   * @param high upper end
   */
  record Interval(double mean, double low, double high) {}

  /** What a policy sent to one tier. */
  record OfTier(
      String tier,
      int prompts,
      double costUsd,
      double quality,
      @Nullable Interval retention,
      double sla) {}

  /** Whether it keeps more than its own mix of models does by luck. */
  boolean beatsShuffled() {
    return retention != null && shuffled != null && retention.mean() > shuffled.high();
  }
}
