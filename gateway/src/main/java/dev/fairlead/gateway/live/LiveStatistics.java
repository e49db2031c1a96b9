package dev.fairlead.gateway.live;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What every model has done within the last minutes. Models are catalogue ids, so their number is
 * bounded by configuration. Thread-safe; neither blocks nor schedules anything.
 */
public final class LiveStatistics {

  private final Map<String, ModelStatistics> models = new ConcurrentHashMap<>();
  private final LongSupplier nanos;
  private final long windowNanos;

  /**
   * Nothing known yet.
   *
   * @param nanos monotonic clock in nanoseconds, such as {@link System#nanoTime}
   * @param window how far back statistics reach, above 0
   */
  public LiveStatistics(LongSupplier nanos, Duration window) {
    this.nanos = nanos;
    this.windowNanos = window.toNanos();
  }

  /** Adds a try. */
  public void record(String model, TryOutcome outcome) {
    switch (outcome.kind()) {
      case SUCCESS -> of(model).succeeded(outcome);
      case FAILURE -> of(model).failed(0);
      case TIMEOUT -> of(model).failed(outcome.latencyNanos());
      case NEUTRAL -> {}
    }
  }

  private ModelStatistics of(String model) {
    ModelStatistics known = models.get(model);
    return known != null
        ? known
        : models.computeIfAbsent(model, id -> new ModelStatistics(nanos, windowNanos));
  }

  /** What is known of a model; empty when it was never tried. */
  public Optional<ModelStatistics> find(String model) {
    return Optional.ofNullable(models.get(model));
  }
}
