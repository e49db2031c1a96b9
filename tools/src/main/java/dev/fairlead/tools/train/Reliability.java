package dev.fairlead.tools.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Whether what the calibrated probability promises comes true, on examples that neither the head
 * nor the calibration was fitted on.
 *
 * @param bins tenths of the examples, by rising probability
 * @param brier mean squared distance of probabilities and what happened
 * @param brierOfBaseRate the same when all are told the mean: what knowing nothing costs
 * @param error mean distance of promise and outcome over the bins
 */
record Reliability(List<Bin> bins, double brier, double brierOfBaseRate, double error) {

  private static final int BINS = 10;

  /**
   * A tenth of the examples.
   *
   * @param promised mean probability
   * @param happened share of them in which the strong model was better
   */
  record Bin(double promised, double happened, int examples) {}

  /**
   * Measures.
   *
   * @param scores by heads that were not fitted on the examples
   */
  static Reliability of(double[] scores, boolean[] outcomes, double[] weights, long seed) {
    double[] probabilities = crossCalibrated(scores, outcomes, weights, seed);
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(probabilities[a], probabilities[b]));
    List<Bin> bins = new ArrayList<>();
    double error = 0;
    for (int bin = 0; bin < BINS; bin++) {
      int from = order.length * bin / BINS;
      int to = order.length * (bin + 1) / BINS;
      double weight = 0;
      double promised = 0;
      double happened = 0;
      for (int k = from; k < to; k++) {
        int i = order[k];
        weight += weights[i];
        promised += weights[i] * probabilities[i];
        happened += outcomes[i] ? weights[i] : 0;
      }
      if (weight > 0) {
        bins.add(new Bin(promised / weight, happened / weight, to - from));
        error += Math.abs(promised - happened);
      }
    }
    double total = Arrays.stream(weights).sum();
    return new Reliability(
        bins,
        brier(probabilities, outcomes, weights) / total,
        brier(baseRate(outcomes, weights), outcomes, weights) / total,
        error / total);
  }

  private static double[] crossCalibrated(
      double[] scores, boolean[] outcomes, double[] weights, long seed) {
    int[] fold = new Random(seed).ints(scores.length, 0, CrossValidation.FOLDS).toArray();
    double[] probabilities = new double[scores.length];
    for (int held = 0; held < CrossValidation.FOLDS; held++) {
      double[] others = weights.clone();
      for (int i = 0; i < others.length; i++) {
        others[i] = fold[i] == held ? 0 : weights[i];
      }
      Calibration calibration = Calibration.fit(scores, outcomes, others);
      for (int i = 0; i < scores.length; i++) {
        if (fold[i] == held) {
          probabilities[i] = calibration.probability(scores[i]);
        }
      }
    }
    return probabilities;
  }

  private static double[] baseRate(boolean[] outcomes, double[] weights) {
    double happened = 0;
    for (int i = 0; i < outcomes.length; i++) {
      happened += outcomes[i] ? weights[i] : 0;
    }
    double[] alike = new double[outcomes.length];
    Arrays.fill(alike, happened / Arrays.stream(weights).sum());
    return alike;
  }

  private static double brier(double[] probabilities, boolean[] outcomes, double[] weights) {
    double sum = 0;
    for (int i = 0; i < outcomes.length; i++) {
      sum += weights[i] * Math.pow(probabilities[i] - (outcomes[i] ? 1 : 0), 2);
    }
    return sum;
  }

  /** A table with a bar for each bin. */
  String toMarkdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            """

            ## Reliability

            Calibration by Platt's method, cross-fitted: Brier score %.3f, %.3f for telling all the base rate;
            mean distance of promise and outcome %.3f. Tenths of the examples by their promise, weighted as in the fit:

            | promised | happened | examples | |
            |---|---|---|---|
            """,
            brier,
            brierOfBaseRate,
            error));
    for (Bin bin : bins) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %.3f | %.3f | %d | `%s` |\n",
              bin.promised(),
              bin.happened(),
              bin.examples(),
              "#".repeat((int) Math.round(40 * bin.happened()))));
    }
    return text.toString();
  }
}
