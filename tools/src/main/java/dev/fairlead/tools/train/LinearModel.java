package dev.fairlead.tools.train;

/**
 * Weights and a bias.
 *
 * @param weights {@code float[width]}
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed after the fit.
record LinearModel(float[] weights, float bias) implements HeadModel {

  /** Of a solution whose last entry is the bias. */
  static LinearModel of(double[] solution) {
    float[] weights = new float[solution.length - 1];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) solution[i];
    }
    return new LinearModel(weights, (float) solution[weights.length]);
  }

  @Override
  public double predict(float[] input) {
    float sum = bias;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * input[i];
    }
    return sum;
  }
}
