package dev.fairlead.tools.train;

import java.util.List;

/**
 * One hidden layer of rectified units. The mean of several such networks is again one, with their
 * layers side by side.
 *
 * @param hidden {@code float[units][width]}
 * @param hiddenBias {@code float[units]}
 * @param output {@code float[units]}
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed after the fit.
record NetworkModel(float[][] hidden, float[] hiddenBias, float[] output, float bias)
    implements HeadModel {

  /** The network that gives the mean of what {@code members} give. */
  static NetworkModel mean(List<NetworkModel> members) {
    int units = members.stream().mapToInt(member -> member.output.length).sum();
    float[][] hidden = new float[units][];
    float[] hiddenBias = new float[units];
    float[] output = new float[units];
    float bias = 0;
    int unit = 0;
    for (NetworkModel member : members) {
      for (int i = 0; i < member.output.length; i++) {
        hidden[unit] = member.hidden[i];
        hiddenBias[unit] = member.hiddenBias[i];
        output[unit++] = member.output[i] / members.size();
      }
      bias += member.bias / members.size();
    }
    return new NetworkModel(hidden, hiddenBias, output, bias);
  }

  @Override
  public double predict(float[] input) {
    double sum = bias;
    for (int unit = 0; unit < output.length; unit++) {
      sum += output[unit] * Math.max(0, dot(hidden[unit], input) + hiddenBias[unit]);
    }
    return sum;
  }

  static float dot(float[] a, float[] b) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      s0 += a[i] * b[i];
    }
    return s0 + s1 + s2 + s3;
  }
}
