package dev.fairlead.provider.resilience;

import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A concurrency limit that follows how long first tokens take (Netflix concurrency-limits,
 * Gradient2 over windows of a second). The length of an answer says nothing about load and is not
 * looked at. Models differ: each time is taken as a multiple of what is usual for its model, so
 * that a change of the mix does not look like a change of load. Thread-safe, never blocks for long.
 */
final class AdaptiveLimit {

  /** A usual first token, as the library is told it; far above what it takes for noise. */
  private static final double USUAL_NANOS = 1e8;

  /** Time that doubles before the limit falls: sampling differs from call to call. */
  private static final double TOLERANCE = 2.0;

  private static final double BASELINE_NANOS = Duration.ofMinutes(10).toNanos();
  private static final int FIRST_SAMPLES = 20;

  private final WindowedLimit limit;
  private final TimeSource time;
  private final long origin;
  private final Map<String, Baseline> usual = new ConcurrentHashMap<>();

  /** A limit that begins at its most. */
  AdaptiveLimit(int least, int most, TimeSource time) {
    this.time = time;
    this.origin = time.nanoTime();
    this.limit =
        WindowedLimit.newBuilder()
            .build(
                Gradient2Limit.newBuilder()
                    .initialLimit(most)
                    .minLimit(Math.min(least, most))
                    .maxConcurrency(most)
                    .rttTolerance(TOLERANCE)
                    .build());
  }

  int limit() {
    return limit.getLimit();
  }

  /**
   * A first token came, or had not come when the call was given up.
   *
   * @param nanos since the call was sent
   * @param inFlight calls under way, this one included
   */
  void firstToken(String modelId, long nanos, int inFlight) {
    long now = time.nanoTime() - origin;
    double multiple = usual.computeIfAbsent(modelId, id -> new Baseline()).multiple(nanos, now);
    long sample = Math.max(1, (long) (multiple * USUAL_NANOS));
    limit.onSample(now - sample, sample, inFlight, false);
  }

  /** What is usual for a model: the mean of its first calls, then one that moves within minutes. */
  private static final class Baseline {
    private double mean;
    private int samples;
    private long last;

    synchronized double multiple(long nanos, long now) {
      double weight =
          samples < FIRST_SAMPLES
              ? 1.0 / ++samples
              : Math.min(1.0 / FIRST_SAMPLES, (now - last) / BASELINE_NANOS);
      last = now;
      mean += (nanos - mean) * weight;
      return mean <= 0 ? 1 : nanos / mean;
    }
  }
}
