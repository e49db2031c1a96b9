package dev.fairlead.gateway.feedback;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Ratings as a summary a model: their count and sum give the mean quality. */
public final class MeteredQuality implements QualitySink {

  private final MeterRegistry registry;
  private final Map<String, DistributionSummary> models = new ConcurrentHashMap<>();

  /** Ratings in {@code registry}. */
  public MeteredQuality(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void rated(ServedAnswer answer, double quality) {
    models.computeIfAbsent(answer.modelId(), this::summary).record(quality);
  }

  private DistributionSummary summary(String model) {
    return DistributionSummary.builder("llm.router.feedback.quality")
        .description("Ratings of answers, 0 to 1")
        .tag("model", model)
        .register(registry);
  }
}
