package dev.fairlead.tools.train;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A weighted regression problem.
 *
 * @param inputs {@code float[rows][width]}, scaled
 * @param targets what to predict
 * @param weights of the regression, 0 or more
 * @param groups kind of traffic that a row belongs to, 0 and up
 */
@SuppressWarnings("ArrayRecordComponent") // Passed around inside this package only.
record Rows(float[][] inputs, double[] targets, double[] weights, int[] groups) {

  /** Rows of one kind of traffic. */
  Rows(float[][] inputs, double[] targets, double[] weights) {
    this(inputs, targets, weights, new int[inputs.length]);
  }

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
        Arrays.stream(rows).mapToDouble(i -> weights[i]).toArray(),
        Arrays.stream(rows).map(i -> groups[i]).toArray());
  }

  /** The rows of one kind of traffic. */
  Rows ofGroup(int group) {
    return select(IntStream.range(0, size()).filter(i -> groups[i] == group).toArray());
  }

  /** The same rows, each with the weight 1. */
  Rows alike() {
    double[] ones = new double[size()];
    Arrays.fill(ones, 1);
    return new Rows(inputs, targets, ones, groups);
  }

  /** The same rows, with groups that are 0, 1, ... without a gap. */
  Rows renumbered() {
    int[] kinds = kinds();
    int[] numbers = Arrays.stream(groups).map(group -> Arrays.binarySearch(kinds, group)).toArray();
    return new Rows(inputs, targets, weights, numbers);
  }

  /** The kinds of traffic there are, ascending. */
  int[] kinds() {
    return Arrays.stream(groups).distinct().sorted().toArray();
  }

  Rows and(Rows more) {
    return new Rows(
        IntStream.range(0, size() + more.size())
            .mapToObj(i -> i < size() ? inputs[i] : more.inputs[i - size()])
            .toArray(float[][]::new),
        concat(targets, more.targets),
        concat(weights, more.weights),
        IntStream.concat(Arrays.stream(groups), Arrays.stream(more.groups)).toArray());
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
