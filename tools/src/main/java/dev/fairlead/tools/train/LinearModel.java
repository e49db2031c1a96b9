package dev.fairlead.tools.train;

/**
 * Weights and a bias.
 *
 * @param weights {@code float[width]}
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed after the fit.
record LinearModel(float[] weights, float bias) implements HeadModel {

  @Override
  public double predict(float[] input) {
    float sum = bias;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * input[i];
    }
    return sum;
  }
}
