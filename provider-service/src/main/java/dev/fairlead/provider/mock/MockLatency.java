package dev.fairlead.provider.mock;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Latencies as networks and queues make them: log-normal with a given mean m and 95th percentile p.
 *
 * <p>For X = exp(mu + s N) with N standard normal, E[X] = exp(mu + s^2/2) and the 95th percentile
 * is exp(mu + z s) with z = 1.6449. So ln(p/m) = z s - s^2/2, whose smaller root is s = z -
 * sqrt(z^2 - 2 ln(p/m)), and mu = ln m - s^2/2. No log-normal has p/m above exp(z^2/2) = 3.87; a
 * larger ratio is taken as that one, and one of 1 or less as a constant.
 *
 * @param mu mean of the logarithm of milliseconds
 * @param sigma its standard deviation
 */
record MockLatency(double mu, double sigma) {

  private static final double Z95 = 1.6448536269514722;
  private static final double DEFAULT_RATIO = 3;
  private static final double DEFAULT_MEAN = 40;

  static MockLatency of(double meanMillis, @Nullable Double p95Millis) {
    if (meanMillis <= 0) {
      return new MockLatency(Double.NEGATIVE_INFINITY, 0);
    }
    double ratio = p95Millis == null ? DEFAULT_RATIO : p95Millis / meanMillis;
    double logRatio = Math.clamp(ratio <= 0 ? 0 : Math.log(ratio), 0, Z95 * Z95 / 2);
    double sigma = Z95 - Math.sqrt(Z95 * Z95 - 2 * logRatio);
    return new MockLatency(Math.log(meanMillis) - sigma * sigma / 2, sigma);
  }

  /** What a model takes when the configuration does not say: a stronger one longer. */
  static double defaultMean(String upstream) {
    return switch (upstream) {
      case "mock-standard" -> 2 * DEFAULT_MEAN;
      case "mock-quality" -> 4 * DEFAULT_MEAN;
      default -> DEFAULT_MEAN;
    };
  }

  Duration draw(RandomGenerator random) {
    return Duration.ofNanos((long) (Math.exp(mu + sigma * random.nextGaussian()) * 1e6));
  }
}
