package dev.fairlead.cache.bound;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How the answer of one entry fares with similarity: the requests whose neighbour it was, and from
 * them the probability with which it must not be served. From vCache (arXiv 2502.03771, equations 9
 * to 11): P(right | s) is a sigmoid around an unknown threshold; the threshold is taken
 * pessimistically at a confidence that makes exploring least frequent. As in the paper's published
 * system, an entry begins with two observations that nobody made.
 *
 * <p>Where the paper takes the normal band of a maximum-likelihood estimate, this takes the
 * likelihood of a grid of thresholds, each with its best slope, because few observations are
 * usually separable and have no such estimate. Not thread-safe.
 */
final class EntryCurve {

  /** Fewer requests say nothing. */
  static final int LEAST = 4;

  private static final int THRESHOLDS = 101;
  private static final double[] SLOPES = {10, 20, 40, 80, 160};

  /** Of each threshold with each slope: 4 KB an entry. */
  private final double[] logLikelihood = new double[THRESHOLDS * SLOPES.length];

  private volatile int observations;

  private record Belief(double right, double mass) {}

  /** Knows that an answer is right for its own request, and wrong for what has nothing of it. */
  EntryCurve() {
    weigh(0, false);
    weigh(1, true);
  }

  void add(double similarity, boolean correct) {
    observations = observations + 1;
    weigh(similarity, correct);
  }

  /** How many requests it is drawn from; may be asked for while another thread adds one. */
  int observed() {
    return observations;
  }

  private void weigh(double similarity, boolean correct) {
    for (int i = 0; i < THRESHOLDS; i++) {
      for (int k = 0; k < SLOPES.length; k++) {
        double right = sigmoid(SLOPES[k], similarity, threshold(i));
        logLikelihood[at(i, k)] += Math.log(Math.max(1e-12, correct ? right : 1 - right));
      }
    }
  }

  /**
   * With which probability a request at this similarity must be answered fresh so that wrong
   * answers stay at or under {@code maxErrorRate} of this entry's requests, 0 to 1.
   */
  double exploring(double similarity, double maxErrorRate) {
    if (observations < LEAST) {
      return 1;
    }
    List<Belief> beliefs = beliefs(similarity);
    double least = 1;
    double confidence = 0;
    for (Belief belief : beliefs) {
      confidence += belief.mass();
      // With this confidence the answer is right at least this often.
      double right = Math.min(1, confidence) * belief.right();
      double explore = right >= 1 ? 0 : ((1 - maxErrorRate) - right) / (1 - right);
      least = Math.min(least, Math.max(0, explore));
    }
    return least;
  }

  /** How probably the answer is wrong at this similarity, over all thresholds, 0 to 1. */
  double wrong(double similarity) {
    return beliefs(similarity).stream()
        .mapToDouble(belief -> belief.mass() * (1 - belief.right()))
        .sum();
  }

  /**
   * What each threshold says about this similarity, with the slope that fits best to it, and how
   * likely it is the true one; best first.
   */
  private List<Belief> beliefs(double similarity) {
    int[] best = new int[THRESHOLDS];
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < THRESHOLDS; i++) {
      for (int k = 1; k < SLOPES.length; k++) {
        best[i] = logLikelihood[at(i, k)] >= logLikelihood[at(i, best[i])] ? k : best[i];
      }
      highest = Math.max(highest, logLikelihood[at(i, best[i])]);
    }
    double total = 0;
    for (int i = 0; i < THRESHOLDS; i++) {
      total += Math.exp(logLikelihood[at(i, best[i])] - highest);
    }
    List<Belief> beliefs = new ArrayList<>(THRESHOLDS);
    for (int i = 0; i < THRESHOLDS; i++) {
      double right = sigmoid(SLOPES[best[i]], similarity, threshold(i));
      beliefs.add(new Belief(right, Math.exp(logLikelihood[at(i, best[i])] - highest) / total));
    }
    beliefs.sort(Comparator.comparingDouble(Belief::right).reversed());
    return beliefs;
  }

  private static int at(int threshold, int slope) {
    return threshold * SLOPES.length + slope;
  }

  private static double threshold(int i) {
    return i * 0.01;
  }

  private static double sigmoid(double slope, double similarity, double threshold) {
    return 1 / (1 + Math.exp(-slope * (similarity - threshold)));
  }
}
