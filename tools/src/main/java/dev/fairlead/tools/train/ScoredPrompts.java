package dev.fairlead.tools.train;

/**
 * What a head said of prompts that it was not fitted on, beside what was measured.
 *
 * @param scores the higher, the sooner a prompt goes to the strong model
 * @param gains what the strong model's answer was better by
 * @param strong mean score of the strong model on these prompts
 */
@SuppressWarnings("ArrayRecordComponent") // Read only, by the one who asked.
public record ScoredPrompts(double[] scores, double[] gains, double strong) {

  /** The curve of these scores. */
  public RoutingCurve curve() {
    return RoutingCurve.of(scores, gains);
  }
}
