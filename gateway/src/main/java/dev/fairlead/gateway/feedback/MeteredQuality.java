package dev.fairlead.gateway.feedback;

import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.gateway.quality.QualityEstimates;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Ratings as a summary a model: their count and sum give the mean quality. */
public final class MeteredQuality implements QualitySink {

  private final MeterRegistry registry;
  private final QualityEstimates estimates;
  private final Map<String, DistributionSummary> models = new ConcurrentHashMap<>();

  /** Ratings in {@code registry}, which also correct what is expected. */
  public MeteredQuality(MeterRegistry registry, QualityEstimates estimates) {
    this.registry = registry;
    this.estimates = estimates;
  }

  @Override
  public void rated(ServedAnswer answer, double quality) {
    models.computeIfAbsent(answer.modelId(), this::summary).record(quality);
    Expectation expected = answer.expectation();
    if (expected != null && expected.gain() > 0 && answer.entryId().isEmpty()) {
      estimates.observed(answer.tenant(), answer.modelId(), expected.gain(), quality);
    }
  }

  private DistributionSummary summary(String model) {
    return DistributionSummary.builder("llm.router.feedback.quality")
        .description("Ratings of answers, 0 to 1")
        .tag("model", model)
        .register(registry);
  }
}
