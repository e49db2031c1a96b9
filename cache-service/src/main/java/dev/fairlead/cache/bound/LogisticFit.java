package dev.fairlead.cache.bound;

import java.util.List;

/**
 * Probability that a near entry's answer is right: logistic regression over what {@link Evidence}
 * says, fitted to all labels of the window by Newton's method, with a ridge that pulls towards a
 * prior which only says that nearer is better. Immutable.
 */
final class LogisticFit {

  /** The fit before any label. */
  static final LogisticFit PRIOR =
      new LogisticFit(new double[] {0, 1, 0.5, 0.2, 0, 0, 0.5, -1}, false);

  private static final double RIDGE = 3;
  private static final int FIRST_STEPS = 12;
  private static final int LATER_STEPS = 3;
  private static final double MAX_STEP = 2;
  private static final double CONVERGED = 1e-3;

  private final double[] weights;
  private final boolean fitted;

  private LogisticFit(double[] weights, boolean fitted) {
    this.weights = weights;
    this.fitted = fitted;
  }

  /** Probability of right, 0 to 1. */
  double probability(Evidence evidence) {
    return probability(weights, features(evidence));
  }

  /**
   * A fit to these labels, beginning from this one. A label that stands for many counts by the root
   * of its weight: with its whole weight, single ones would bend the curve (measured, see
   * RATIONALE.md).
   */
  LogisticFit refit(List<Label> labels) {
    double[] current = weights.clone();
    int steps = fitted ? LATER_STEPS : FIRST_STEPS;
    for (int step = 0; step < steps; step++) {
      double moved = newtonStep(current, labels);
      if (moved < CONVERGED) {
        break;
      }
    }
    for (double weight : current) {
      if (!Double.isFinite(weight)) {
        return this;
      }
    }
    return new LogisticFit(current, true);
  }

  private static double newtonStep(double[] current, List<Label> labels) {
    int n = current.length;
    double[][] system = new double[n][n + 1];
    for (int i = 0; i < n; i++) {
      system[i][i] = RIDGE;
      system[i][n] = -RIDGE * (current[i] - PRIOR.weights[i]);
    }
    for (Label label : labels) {
      double[] x = features(label.evidence());
      double p = probability(current, x);
      double weight = Math.sqrt(label.weight());
      double slope = weight * ((label.correct() ? 1 : 0) - p);
      double curve = weight * Math.max(1e-6, p * (1 - p));
      for (int i = 0; i < n; i++) {
        system[i][n] += slope * x[i];
        for (int j = 0; j < n; j++) {
          system[i][j] += curve * x[i] * x[j];
        }
      }
    }
    eliminate(system);
    double moved = 0;
    for (int i = 0; i < n; i++) {
      double step = Math.clamp(system[i][n] / system[i][i], -MAX_STEP, MAX_STEP);
      current[i] += step;
      moved = Math.max(moved, Math.abs(step));
    }
    return moved;
  }

  /** Gauss-Jordan with pivoting; the ridge keeps the matrix regular. */
  private static void eliminate(double[][] system) {
    int n = system.length;
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int row = column + 1; row < n; row++) {
        pivot = Math.abs(system[row][column]) > Math.abs(system[pivot][column]) ? row : pivot;
      }
      double[] swapped = system[column];
      system[column] = system[pivot];
      system[pivot] = swapped;
      for (int row = 0; row < n; row++) {
        if (row != column) {
          double factor = system[row][column] / system[column][column];
          for (int j = column; j <= n; j++) {
            system[row][j] -= factor * system[column][j];
          }
        }
      }
    }
  }

  private static double probability(double[] weights, double[] x) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += weights[i] * x[i];
    }
    return 1 / (1 + Math.exp(-sum));
  }

  /** Scaled so that each spans a few units over the range that matters. */
  private static double[] features(Evidence evidence) {
    double cosine = evidence.similarity();
    return new double[] {
      1,
      (cosine - 0.8) * 10,
      Math.max(0, cosine - 0.9) * 20,
      Math.clamp(evidence.margin(), -0.1, 0.3) * 10,
      Math.log1p(evidence.support()),
      (evidence.agreement() - 0.5) * 4,
      Math.log1p(evidence.right()),
      Math.log1p(evidence.wrong())
    };
  }
}
