package dev.fairlead.onnx.learning;

/**
 * The triangle L of L times its transpose: a symmetric positive definite matrix, to solve with. Not
 * thread-safe while it is made, thread-safe afterwards.
 */
public final class Cholesky {

  private final double[][] lower;

  private Cholesky(double[][] lower) {
    this.lower = lower;
  }

  /** Decomposes a matrix, of which only the lower half is read; overwrites it. */
  public static Cholesky of(double[][] matrix) {
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i][j];
        for (int k = 0; k < j; k++) {
          sum -= matrix[i][k] * matrix[j][k];
        }
        matrix[i][j] = i == j ? Math.sqrt(sum) : sum / matrix[j][j];
      }
    }
    return new Cholesky(matrix);
  }

  /** Solves for a right side, which becomes the solution. */
  public double[] solve(double[] right) {
    int size = right.length;
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
