package dev.fairlead.benchmarks.cache;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The rank test of Mann and Whitney (1947): whether one sample tends to larger values than another.
 * Normal approximation with the correction for ties, good from some twenty values each on.
 */
public final class MannWhitney {

  private MannWhitney() {}

  /** How likely a difference in ranks at least as large is when there is none, 0 to 1. */
  public static double twoSidedP(double[] a, double[] b) {
    int n = a.length + b.length;
    double[] all = Arrays.copyOf(a, n);
    System.arraycopy(b, 0, all, a.length, b.length);
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> all[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double rankSum = 0;
    double ties = 0;
    for (int from = 0; from < n; ) {
      int to = from;
      while (to < n && all[order[to]] == all[order[from]]) {
        to++;
      }
      double rank = (from + 1 + to) / 2.0;
      double tied = to - from;
      ties += tied * tied * tied - tied;
      for (int i = from; i < to; i++) {
        rankSum += order[i] < a.length ? rank : 0;
      }
      from = to;
    }
    double u = rankSum - a.length * (a.length + 1) / 2.0;
    double mean = (double) a.length * b.length / 2;
    double variance = (double) a.length * b.length / 12 * ((n + 1) - ties / ((double) n * (n - 1)));
    double z = variance <= 0 ? 0 : Math.max(0, Math.abs(u - mean) - 0.5) / Math.sqrt(variance);
    return Math.min(1, 2 * upperTail(z));
  }

  /** Of the standard normal distribution; Abramowitz and Stegun 7.1.26, error below 1e-6. */
  private static double upperTail(double z) {
    double x = z / Math.sqrt(2);
    double t = 1 / (1 + 0.3275911 * x);
    double polynomial =
        t
            * (0.254829592
                + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return polynomial * Math.exp(-x * x) / 2;
  }
}
