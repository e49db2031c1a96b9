package dev.fairlead.tools.train;

/**
 * Nearest neighbours in a compact form: the mean outcome of every cluster of the training data,
 * weighed by the softmax of how near the clusters are. Prototypes are kept in eight bits.
 *
 * @param prototypes {@code byte[prototypes][width]}: times its scale, a cluster's centre over the
 *     temperature
 * @param scales {@code float[prototypes]}
 * @param offsets {@code float[prototypes]}: the rest of the distance, and the cluster's size
 * @param values {@code float[prototypes]}: mean outcome
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed after the fit.
record PrototypeModel(byte[][] prototypes, float[] scales, float[] offsets, float[] values)
    implements HeadModel {

  @Override
  public double predict(float[] input) {
    double[] weights = new double[values.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = dot(prototypes[i], input) * scales[i] + offsets[i];
    }
    GateModel.softmax(weights);
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * values[i];
    }
    return sum;
  }

  private static float dot(byte[] prototype, float[] input) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i + 3 < input.length; i += 4) {
      s0 += prototype[i] * input[i];
      s1 += prototype[i + 1] * input[i + 1];
      s2 += prototype[i + 2] * input[i + 2];
      s3 += prototype[i + 3] * input[i + 3];
    }
    for (; i < input.length; i++) {
      s0 += prototype[i] * input[i];
    }
    return s0 + s1 + s2 + s3;
  }
}
