package dev.fairlead.onnx.complexity;

import java.util.Arrays;

/**
 * Where a value stands in reference traffic: the share of it that lies below. Immutable and
 * thread-safe.
 *
 * <p>Complexity is a quantile and not the gain itself so that a threshold means a share of traffic,
 * whatever head is in use.
 */
public final class QuantileTable {

  private final double[] values;

  private QuantileTable(double[] values) {
    this.values = values;
  }

  /**
   * Makes a table from the values at equally spaced quantiles.
   *
   * @param values at quantile 0, 1/(n-1), ..., 1: at least 2, ascending and finite
   */
  public static QuantileTable of(double... values) {
    if (values.length < 2) {
      throw new IllegalArgumentException(
          "quantiles: " + values.length + " values (expected: 2 or more)");
    }
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i]) || (i > 0 && values[i] < values[i - 1])) {
        throw new IllegalArgumentException(
            "quantiles[" + i + "]: " + values[i] + " (expected: ascending numbers)");
      }
    }
    return new QuantileTable(values.clone());
  }

  /** The table of a weighted sample, with {@code points} equally spaced quantiles. */
  public static QuantileTable ofSample(double[] sample, double[] weights, int points) {
    Integer[] order = new Integer[sample.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(sample[a], sample[b]));
    double total = Arrays.stream(weights).sum();
    double[] table = new double[points];
    double passed = 0;
    int next = 0;
    for (Integer index : order) {
      passed += weights[index];
      while (next < points && passed >= total * next / (points - 1) - 1e-9 * total) {
        table[next++] = sample[index];
      }
    }
    return of(table);
  }

  /**
   * The quantile of a value, 0 to 1: interpolated between the table's points, the middle of a run
   * of equal ones.
   */
  public double quantileOf(double value) {
    int below = lowerBound(value);
    int notAbove = upperBound(value);
    double steps = values.length - 1;
    if (below < notAbove) {
      return (below + notAbove - 1) / 2.0 / steps;
    }
    if (below == 0) {
      return 0;
    }
    if (below == values.length) {
      return 1;
    }
    double low = values[below - 1];
    return (below - 1 + (value - low) / (values[below] - low)) / steps;
  }

  /** The table's points, ascending. */
  public double[] points() {
    return values.clone();
  }

  private int lowerBound(double value) {
    int low = 0;
    int high = values.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (values[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int upperBound(double value) {
    int at = lowerBound(value);
    while (at < values.length && values[at] == value) {
      at++;
    }
    return at;
  }
}
