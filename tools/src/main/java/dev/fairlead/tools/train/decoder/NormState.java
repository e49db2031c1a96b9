package dev.fairlead.tools.train.decoder;

/** A layer norm over each row, with what its gradient needs. Not thread-safe. */
final class NormState {

  final float[] output;
  private final float[] standard;
  private final float[] inverse;
  private final int width;

  NormState(int rows, int width) {
    this.width = width;
    this.output = new float[rows * width];
    this.standard = new float[rows * width];
    this.inverse = new float[rows];
  }

  void forward(float[] x, float[] values, int scale, int rows) {
    for (int t = 0; t < rows; t++) {
      int at = t * width;
      double mean = 0;
      for (int i = 0; i < width; i++) {
        mean += x[at + i];
      }
      mean /= width;
      double variance = 0;
      for (int i = 0; i < width; i++) {
        double d = x[at + i] - mean;
        variance += d * d;
      }
      inverse[t] = (float) (1 / Math.sqrt(variance / width + DecoderShape.EPSILON));
      for (int i = 0; i < width; i++) {
        float s = (float) (x[at + i] - mean) * inverse[t];
        standard[at + i] = s;
        output[at + i] = s * values[scale + i] + values[scale + width + i];
      }
    }
  }

  /** Adds the gradients of scale and bias to {@code into}, of the input to {@code dx}. */
  void backward(float[] dy, float[] values, int scale, float[] into, float[] dx, int rows) {
    for (int t = 0; t < rows; t++) {
      int at = t * width;
      float mean = 0;
      float weighted = 0;
      for (int i = 0; i < width; i++) {
        float g = dy[at + i] * values[scale + i];
        mean += g;
        weighted += g * standard[at + i];
        into[scale + i] += dy[at + i] * standard[at + i];
        into[scale + width + i] += dy[at + i];
      }
      mean /= width;
      weighted /= width;
      for (int i = 0; i < width; i++) {
        float g = dy[at + i] * values[scale + i];
        dx[at + i] += (g - mean - standard[at + i] * weighted) * inverse[t];
      }
    }
  }
}
