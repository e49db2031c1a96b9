package dev.fairlead.tools.train;

import java.util.Random;

/** Parameters with the running moments of Adam (Kingma and Ba, 2015). Not thread-safe. */
final class AdamArray {

  private static final double FIRST = 0.9;
  private static final double SECOND = 0.999;

  final float[] values;
  final float[] gradient;
  private final float[] mean;
  private final float[] square;

  private AdamArray(float[] values) {
    this.values = values;
    this.gradient = new float[values.length];
    this.mean = new float[values.length];
    this.square = new float[values.length];
  }

  static AdamArray zero(int size) {
    return new AdamArray(new float[size]);
  }

  static AdamArray random(int size, double deviation, Random random) {
    AdamArray array = zero(size);
    for (int i = 0; i < size; i++) {
      array.values[i] = (float) (random.nextGaussian() * deviation);
    }
    return array;
  }

  /** Takes one step down the gathered gradient, and forgets it. */
  void apply(int step, double rate, double decay) {
    float meanScale = (float) (rate / (1 - Math.pow(FIRST, step)));
    float squareScale = (float) (1 / (1 - Math.pow(SECOND, step)));
    float keep = (float) (1 - rate * decay);
    for (int i = 0; i < values.length; i++) {
      float g = gradient[i];
      mean[i] = (float) FIRST * mean[i] + (float) (1 - FIRST) * g;
      square[i] = (float) SECOND * square[i] + (float) (1 - SECOND) * g * g;
      values[i] =
          keep * values[i]
              - meanScale * mean[i] / ((float) Math.sqrt(square[i] * squareScale) + 1e-8f);
      gradient[i] = 0;
    }
  }
}
