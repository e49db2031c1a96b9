package dev.fairlead.onnx.learning;

import java.util.Arrays;
import java.util.Random;

/**
 * How much of the gain two scores keep when the prompts of highest score go to the strong model,
 * averaged over all shares of strong calls: self-normalised and weighed by inverse propensity
 * (Swaminathan and Joachims, 2015).
 *
 * @param weights of the labels, above 0
 */
@SuppressWarnings("ArrayRecordComponent") // Used inside this package only.
record RankedGain(double[] gains, double[] weights) {

  private static final int RESAMPLES = 200;

  /** Differences below are of rounding: labels that are all alike keep the same in any order. */
  private static final double ROUNDING = 1e-9;

  /** Mean gain kept by these scores; half the mean gain is chance. */
  double of(double[] scores) {
    int[] all = new int[scores.length];
    Arrays.setAll(all, i -> i);
    return of(scores, all);
  }

  /** The interval that holds 95 % of the differences of two scores over resampled prompts. */
  double[] difference(double[] scores, double[] others, PromptGroups prompts, long seed) {
    double[] differences = differences(scores, others, prompts, seed);
    Arrays.sort(differences);
    int tail = RESAMPLES / 40;
    return new double[] {differences[tail], differences[RESAMPLES - 1 - tail]};
  }

  /**
   * Whether the first scores keep less: by so many deviations of the resampled difference that a
   * normal value of mean zero is as low with at most {@code error} (P(Z > z) is at most half of
   * exp(-z²/2)). The tail of the resampled ones themselves would be too thin for small errors.
   */
  boolean isBelow(double[] scores, double[] others, PromptGroups prompts, double error, long seed) {
    double[] differences = differences(scores, others, prompts, seed);
    double mean = Arrays.stream(differences).average().orElseThrow();
    double variance =
        Arrays.stream(differences).map(one -> (one - mean) * (one - mean)).average().orElseThrow();
    double difference = difference(of(scores), of(others));
    return difference + Math.sqrt(-2 * Math.log(2 * error) * variance) < 0;
  }

  private static double difference(double kept, double other) {
    double difference = kept - other;
    return Math.abs(difference) < ROUNDING ? 0 : difference;
  }

  private double[] differences(double[] scores, double[] others, PromptGroups prompts, long seed) {
    Random random = new Random(seed);
    double[] differences = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      int[] drawn = prompts.drawn(random);
      differences[i] = difference(of(scores, drawn), of(others, drawn));
    }
    return differences;
  }

  private double of(double[] scores, int[] rows) {
    Integer[] order = Arrays.stream(rows).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(scores[b], scores[a]));
    double total = Arrays.stream(rows).mapToDouble(row -> weights[row]).sum();
    double kept = 0;
    double area = 0;
    int i = 0;
    while (i < order.length) {
      double tiedGain = 0;
      double tiedWeight = 0;
      int next = i;
      do {
        // The first in any case: a score that is no number is not even equal to itself.
        tiedWeight += weights[order[next]];
        tiedGain += weights[order[next]] * gains[order[next++]];
      } while (next < order.length && scores[order[next]] == scores[order[i]]);
      area += (kept + tiedGain / 2) * tiedWeight;
      kept += tiedGain;
      i = next;
    }
    return area / total / total;
  }
}
