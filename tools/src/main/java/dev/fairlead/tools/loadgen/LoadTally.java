package dev.fairlead.tools.loadgen;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * What requests came to. Filled by one thread; only {@link #gap} may be called by others at the
 * same time.
 */
final class LoadTally {

  private static final int DIGITS = 3;

  private final Histogram latency = new Histogram(DIGITS);
  private final Histogram failedLatency = new Histogram(DIGITS);
  private final Histogram firstToken = new Histogram(DIGITS);
  private final Histogram startDelay = new Histogram(DIGITS);
  private final Recorder gaps = new Recorder(DIGITS);
  private final Map<String, Long> errors = new TreeMap<>();
  private final Map<String, Long> models = new TreeMap<>();
  private final Map<String, Long> cache = new TreeMap<>();
  private BigDecimal cost = BigDecimal.ZERO;
  private BigDecimal saved = BigDecimal.ZERO;
  private long withoutCost;

  void add(CallResult result) {
    startDelay.recordValue(result.startDelay());
    if (result.error() != null) {
      errors.merge(result.error(), 1L, Long::sum);
      failedLatency.recordValue(result.latency());
      return;
    }
    latency.recordValue(result.latency());
    if (result.firstToken() >= 0) {
      firstToken.recordValue(result.firstToken());
    }
    models.merge(result.model().isEmpty() ? "unknown" : result.model(), 1L, Long::sum);
    cache.merge(result.cache().isEmpty() ? "unknown" : result.cache(), 1L, Long::sum);
    addMoney(result);
  }

  private void addMoney(CallResult result) {
    if (result.cost() == null) {
      withoutCost++;
    } else {
      cost = cost.add(result.cost());
    }
    if (result.saved() != null) {
      saved = saved.add(result.saved());
    }
  }

  /** Time between two texts of a stream, in nanoseconds. Thread-safe. */
  void gap(long nanos) {
    gaps.recordValue(nanos);
  }

  long succeeded() {
    return latency.getTotalCount();
  }

  long failed() {
    return failedLatency.getTotalCount();
  }

  /** Requests that are over. */
  long total() {
    return succeeded() + failed();
  }

  Histogram latency() {
    return latency;
  }

  Histogram failedLatency() {
    return failedLatency;
  }

  Histogram firstToken() {
    return firstToken;
  }

  Histogram startDelay() {
    return startDelay;
  }

  /** All gaps since the last call: call it once, at the end. */
  Histogram takeGaps() {
    return gaps.getIntervalHistogram();
  }

  Map<String, Long> errors() {
    return errors;
  }

  Map<String, Long> models() {
    return models;
  }

  Map<String, Long> cache() {
    return cache;
  }

  BigDecimal cost() {
    return cost;
  }

  BigDecimal saved() {
    return saved;
  }

  /** Successes whose cost the gateway did not tell. */
  long withoutCost() {
    return withoutCost;
  }
}
