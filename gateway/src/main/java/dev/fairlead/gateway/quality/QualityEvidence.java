package dev.fairlead.gateway.quality;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Qualities that were seen of each model in each fifth of the expected gain, the older the less.
 * Times are in half-lives. Thread-safe.
 */
final class QualityEvidence {

  static final int GAIN_BINS = 5;

  private final Map<String, FadingMean[]> models = new ConcurrentHashMap<>();
  private volatile double newest;

  /** The fifth that a gain is in, from 0. */
  static int binOf(double gain) {
    return (int) Math.clamp(gain * GAIN_BINS, 0, GAIN_BINS - 1);
  }

  void add(String model, double gain, double quality, double now) {
    newest = now;
    models.computeIfAbsent(model, id -> bins())[binOf(gain)].add(quality, now);
  }

  FadingMean.Left left(String model, double gain, double now) {
    FadingMean[] bins = models.get(model);
    return bins == null ? FadingMean.Left.NOTHING : bins[binOf(gain)].left(now);
  }

  /** When something was seen last. */
  double newest() {
    return newest;
  }

  private static FadingMean[] bins() {
    return Stream.generate(FadingMean::new).limit(GAIN_BINS).toArray(FadingMean[]::new);
  }
}
