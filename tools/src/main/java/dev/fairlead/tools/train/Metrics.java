package dev.fairlead.tools.train;

/** How good a routing score is. */
final class Metrics {

  private Metrics() {}

  /**
   * Area under the share of the strong-weak gap that is closed when the prompts of highest score go
   * to the strong model, over the share of such prompts; equal scores are averaged. Chance gives
   * 0.5 (APGR of RouteLLM, arXiv 2406.18665, with the exact curve).
   */
  static double apgr(double[] scores, double[] gains) {
    return RoutingCurve.of(scores, gains).apgr();
  }

  /** Mean squared distance between probabilities and what happened. */
  static double brier(double[] probabilities, boolean[] outcomes) {
    double sum = 0;
    for (int i = 0; i < probabilities.length; i++) {
      double error = probabilities[i] - (outcomes[i] ? 1 : 0);
      sum += error * error;
    }
    return sum / probabilities.length;
  }
}
