package dev.fairlead.tools.train;

/**
 * Weighted least squares with an L2 penalty, solved exactly by Cholesky's decomposition. The bias
 * is not penalised.
 *
 * @param penalty above 0
 */
record RidgeTrainer(double penalty) implements HeadTrainer {

  @Override
  public String name() {
    return "ridge(penalty=" + penalty + ")";
  }

  @Override
  public HeadModel fit(Rows rows, long seed) {
    int size = rows.width() + 1;
    double[][] normal = new double[size][size];
    double[] right = new double[size];
    double[] x = new double[size];
    for (int row = 0; row < rows.size(); row++) {
      for (int i = 0; i < size - 1; i++) {
        x[i] = rows.inputs()[row][i];
      }
      x[size - 1] = 1;
      add(normal, right, x, rows.targets()[row], rows.weights()[row]);
    }
    for (int i = 0; i < size; i++) {
      normal[i][i] += i < size - 1 ? penalty : 1e-9;
    }
    double[] solution = solve(normal, right);
    float[] weights = new float[size - 1];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) solution[i];
    }
    return new LinearModel(weights, (float) solution[size - 1]);
  }

  private static void add(
      double[][] normal, double[] right, double[] x, double target, double weight) {
    for (int i = 0; i < x.length; i++) {
      double scaled = weight * x[i];
      right[i] += scaled * target;
      for (int j = 0; j <= i; j++) {
        normal[i][j] += scaled * x[j];
      }
    }
  }

  /**
   * Solves for a symmetric positive definite matrix, of which only the lower half is read;
   * overwrites both.
   */
  private static double[] solve(double[][] lower, double[] right) {
    int size = right.length;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = lower[i][j];
        for (int k = 0; k < j; k++) {
          sum -= lower[i][k] * lower[j][k];
        }
        lower[i][j] = i == j ? Math.sqrt(sum) : sum / lower[j][j];
      }
    }
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < i; k++) {
        right[i] -= lower[i][k] * right[k];
      }
      right[i] /= lower[i][i];
    }
    for (int i = size - 1; i >= 0; i--) {
      for (int k = i + 1; k < size; k++) {
        right[i] -= lower[k][i] * right[k];
      }
      right[i] /= lower[i][i];
    }
    return right;
  }
}
