package dev.fairlead.gateway.canary;

import dev.fairlead.common.config.Expect;
import java.util.List;

/**
 * Section {@code canary}.
 *
 * @param baseline catalogue id of the model that serves now; empty for no canary
 * @param candidate catalogue id of the model that may take over; empty for no canary
 * @param stages percentages of the policy's traffic, each above 0 up to 100, rising
 * @param window how many of the candidate's first tries are looked at, 1 to 10,000
 * @param burnMultiplier share of failures that is borne, as a multiple of what the objective
 *     allows, above 0
 * @param autoAdvance whether a window that is good enough moves on to the next stage by itself
 * @param significance probability of being misled by noise that is accepted, above 0, below 1
 */
public record CanaryConfig(
    String baseline,
    String candidate,
    List<Double> stages,
    int window,
    double burnMultiplier,
    boolean autoAdvance,
    double significance) {

  /** Validates and copies. */
  public CanaryConfig {
    stages = List.copyOf(stages);
    Expect.that(
        baseline.isEmpty() == candidate.isEmpty(),
        "canary.candidate",
        candidate.isEmpty() ? "missing" : candidate,
        "canary.baseline and canary.candidate together");
    Expect.that(
        candidate.isEmpty() || !candidate.equals(baseline),
        "canary.candidate",
        candidate,
        "another model than canary.baseline");
    Expect.that(!stages.isEmpty(), "canary.stages", stages, "at least one percentage");
    double last = 0;
    for (double stage : stages) {
      Expect.that(
          stage > last && stage <= 100,
          "canary.stages",
          stages,
          "rising percentages, each above 0 up to 100");
      last = stage;
    }
    Expect.range("canary.window", window, 1, 10_000);
    Expect.that(burnMultiplier > 0, "canary.burn_multiplier", burnMultiplier, "more than 0");
    Expect.that(
        significance > 0 && significance < 1,
        "canary.significance",
        significance,
        "more than 0, less than 1");
  }

  /** Whether there is a canary at all. */
  public boolean configured() {
    return !candidate.isEmpty();
  }

  /** Percentage of a stage, 0 for stage 0. */
  public double percent(int stage) {
    return stage <= 0 ? 0 : stages.get(Math.min(stage, stages.size()) - 1);
  }
}
