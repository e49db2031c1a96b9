package dev.fairlead.tools.train.decoder;

/**
 * Products of row-major matrices in flat arrays. The inner loops run along rows, so that the
 * compiler makes vector instructions of them; every sum has a fixed order.
 */
final class Matrices {

  private Matrices() {}

  /** {@code c[m x n] += a[m x k] * b[k x n]}, each from its offset; rows of a and c are apart. */
  static void multiply(
      float[] a, int aAt, int aRow, float[] b, int bAt, float[] c, int cAt, int m, int k, int n) {
    for (int i = 0; i < m; i++) {
      int row = cAt + i * n;
      int at = aAt + i * aRow;
      int p = 0;
      for (; p + 3 < k; p += 4) {
        add4(c, row, n, a[at + p], a[at + p + 1], a[at + p + 2], a[at + p + 3], b, bAt + p * n, n);
      }
      for (; p < k; p++) {
        add(c, row, n, a[at + p], b, bAt + p * n);
      }
    }
  }

  /** {@code c[k x n] += transposed(a[m x k]) * b[m x n]}. */
  static void multiplyTransposed(
      float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int m, int k, int n) {
    for (int j = 0; j < k; j++) {
      int row = cAt + j * n;
      int i = 0;
      for (; i + 3 < m; i += 4) {
        int at = aAt + i * k + j;
        add4(c, row, n, a[at], a[at + k], a[at + 2 * k], a[at + 3 * k], b, bAt + i * n, n);
      }
      for (; i < m; i++) {
        add(c, row, n, a[aAt + i * k + j], b, bAt + i * n);
      }
    }
  }

  /** {@code to[columns x rows]} becomes the transposed {@code from[rows x columns]}. */
  static void transpose(float[] from, int fromAt, float[] to, int toAt, int rows, int columns) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        to[toAt + j * rows + i] = from[fromAt + i * columns + j];
      }
    }
  }

  private static void add(float[] c, int cAt, int n, float factor, float[] b, int bAt) {
    for (int j = 0; j < n; j++) {
      c[cAt + j] += factor * b[bAt + j];
    }
  }

  private static void add4(
      float[] c,
      int cAt,
      int n,
      float f0,
      float f1,
      float f2,
      float f3,
      float[] b,
      int b0,
      int stride) {
    int b1 = b0 + stride;
    int b2 = b1 + stride;
    int b3 = b2 + stride;
    for (int j = 0; j < n; j++) {
      c[cAt + j] += f0 * b[b0 + j] + f1 * b[b1 + j] + f2 * b[b2 + j] + f3 * b[b3 + j];
    }
  }
}
