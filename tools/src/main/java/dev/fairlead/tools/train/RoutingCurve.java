package dev.fairlead.tools.train;

import java.util.Arrays;

/**
 * How much of the gain of a strong model over a weak one is kept when the prompts of highest score
 * go to it: the curve of RouteLLM (arXiv 2406.18665, section 3), exact over all prompts, equal
 * scores averaged. Immutable.
 */
public final class RoutingCurve {

  private final double[] shares;
  private final double[] gains;

  private RoutingCurve(double[] shares, double[] gains) {
    this.shares = shares;
    this.gains = gains;
  }

  /**
   * Makes the curve.
   *
   * @param scores the higher, the sooner a prompt goes to the strong model
   * @param gains what the strong model's answer was better by
   */
  public static RoutingCurve of(double[] scores, double[] gains) {
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(scores[b], scores[a]));
    double[] shares = new double[scores.length + 1];
    double[] sums = new double[scores.length + 1];
    int points = 1;
    int i = 0;
    while (i < order.length) {
      int next = i;
      double tied = 0;
      do {
        // The first in any case: a score that is no number is not even equal to itself.
        tied += gains[order[next++]];
      } while (next < order.length && scores[order[next]] == scores[order[i]]);
      shares[points] = (double) next / order.length;
      sums[points] = sums[points - 1] + tied / order.length;
      points++;
      i = next;
    }
    return new RoutingCurve(Arrays.copyOf(shares, points), Arrays.copyOf(sums, points));
  }

  /** Area under the closed share of the gap; chance gives 0.5, and a good score can exceed 1. */
  public double apgr() {
    double area = 0;
    for (int i = 1; i < shares.length; i++) {
      area += (gains[i] + gains[i - 1]) / 2 * (shares[i] - shares[i - 1]);
    }
    return area / gains[gains.length - 1];
  }

  /**
   * Smallest share of calls to the strong model that closes this much of the gap (CPT).
   *
   * @param closed 0 to 1
   */
  public double callsToClose(double closed) {
    return callsToGain(closed * gains[gains.length - 1]);
  }

  /**
   * Smallest share of calls to the strong model that keeps this share of its own mean score.
   *
   * @param strong mean score of the strong model
   * @param kept 0 to 1
   */
  public double callsToKeep(double strong, double kept) {
    double weak = strong - gains[gains.length - 1];
    return callsToGain(kept * strong - weak);
  }

  private double callsToGain(double wanted) {
    for (int i = 0; i < gains.length; i++) {
      if (gains[i] >= wanted - 1e-12) {
        if (i == 0) {
          return 0;
        }
        double part = (wanted - gains[i - 1]) / (gains[i] - gains[i - 1]);
        return shares[i - 1] + part * (shares[i] - shares[i - 1]);
      }
    }
    return 1;
  }
}
