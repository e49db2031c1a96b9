package dev.fairlead.onnx.learning;

/**
 * From a learned head's score to the gain to be expected: the weighted line through scores of
 * prompts that were not fitted and their gains, which never falls. Scores are gains already, so a
 * line suffices, and other than a logistic curve it has a closed form whatever the labels are.
 *
 * @param slope 0 or more
 */
public record GainScale(double slope, double offset) {

  /** A variance below is of rounding: such scores are all alike, and say nothing. */
  private static final double ROUNDING = 1e-18;

  /** Leaves scores as they are, within 0 to 1. */
  static final GainScale NONE = new GainScale(1, 0);

  /** Fits; what weighs the labels is what weighs them in the trial. */
  static GainScale fit(double[] scores, double[] gains, double[] weights) {
    double total = 0;
    double meanScore = 0;
    double meanGain = 0;
    for (int i = 0; i < scores.length; i++) {
      total += weights[i];
      meanScore += weights[i] * scores[i];
      meanGain += weights[i] * Math.max(gains[i], 0);
    }
    meanScore /= total;
    meanGain /= total;
    double together = 0;
    double alone = 0;
    for (int i = 0; i < scores.length; i++) {
      double distance = scores[i] - meanScore;
      together += weights[i] * distance * (Math.max(gains[i], 0) - meanGain);
      alone += weights[i] * distance * distance;
    }
    double slope = alone > ROUNDING * total ? Math.max(0, together / alone) : 0;
    return new GainScale(slope, meanGain - slope * meanScore);
  }

  /** The gain to be expected, 0 to 1. */
  public double gain(double score) {
    return Math.clamp(slope * score + offset, 0, 1);
  }
}
