package dev.fairlead.tools.train;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A weighted regression problem.
 *
 * @param inputs {@code float[rows][width]}, scaled
 * @param targets what to predict
 * @param weights above 0
 */
@SuppressWarnings("ArrayRecordComponent") // Passed around inside this package only.
record Rows(float[][] inputs, double[] targets, double[] weights) {

  int size() {
    return inputs.length;
  }

  int width() {
    return inputs[0].length;
  }

  Rows select(int[] rows) {
    return new Rows(
        Arrays.stream(rows).mapToObj(i -> inputs[i]).toArray(float[][]::new),
        Arrays.stream(rows).mapToDouble(i -> targets[i]).toArray(),
        Arrays.stream(rows).mapToDouble(i -> weights[i]).toArray());
  }

  Rows and(Rows more) {
    return new Rows(
        IntStream.range(0, size() + more.size())
            .mapToObj(i -> i < size() ? inputs[i] : more.inputs[i - size()])
            .toArray(float[][]::new),
        concat(targets, more.targets),
        concat(weights, more.weights));
  }

  double meanTarget() {
    double sum = 0;
    double total = 0;
    for (int i = 0; i < size(); i++) {
      sum += weights[i] * targets[i];
      total += weights[i];
    }
    return sum / total;
  }

  private static double[] concat(double[] a, double[] b) {
    double[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
