package dev.fairlead.tools.train;

/** The weighted sum of the outer products of rows with a bias column: what least squares solve. */
final class NormalMatrix {

  private NormalMatrix() {}

  /** Lower half, of {@code width + 1} columns, the last one the bias. */
  static double[][] of(float[][] inputs, double[] weights) {
    int width = inputs[0].length;
    double[][] matrix = new double[width + 1][width + 1];
    for (int row = 0; row < inputs.length; row++) {
      if (weights[row] > 0) {
        add(matrix, inputs[row], weights[row]);
      }
    }
    return matrix;
  }

  private static void add(double[][] matrix, float[] input, double weight) {
    int width = input.length;
    for (int i = 0; i < width; i++) {
      double scaled = weight * input[i];
      double[] line = matrix[i];
      for (int j = 0; j <= i; j++) {
        line[j] += scaled * input[j];
      }
      matrix[width][i] += scaled;
    }
    matrix[width][width] += weight;
  }

  /** The weighted sum of the rows, each times its value; the last entry is the bias. */
  static double[] right(float[][] inputs, double[] values, double[] weights) {
    int width = inputs[0].length;
    double[] right = new double[width + 1];
    for (int row = 0; row < inputs.length; row++) {
      double scaled = weights[row] * values[row];
      for (int i = 0; i < width && scaled != 0; i++) {
        right[i] += scaled * inputs[row][i];
      }
      right[width] += scaled;
    }
    return right;
  }

  /** Adds a penalty to all of the diagonal but the bias, which gets next to none. */
  static void penalise(double[][] matrix, double penalty) {
    for (int i = 0; i < matrix.length - 1; i++) {
      matrix[i][i] += penalty;
    }
    matrix[matrix.length - 1][matrix.length - 1] += 1e-9;
  }
}
