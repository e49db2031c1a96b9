package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Tier;
import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.gateway.quality.QualityEstimates;
import dev.fairlead.gateway.routing.Decision;
import org.jspecify.annotations.Nullable;

/**
 * What quality is expected of a routed answer. A model that the caller named is the caller's
 * choice, and an unscored prompt has no expectation; neither counts.
 */
final class AnswerQuality {

  private final QualityEstimates estimates;

  AnswerQuality(QualityEstimates estimates) {
    this.estimates = estimates;
  }

  /** Of an answer of {@code modelId} to the call, which is hereby counted. */
  @Nullable Expectation served(InferenceCall call, Decision decision, String modelId) {
    if (call.catalog == null || decision.policy().equals(Decision.EXPLICIT)) {
      return null;
    }
    ModelSpec model = call.catalog.find(modelId).orElse(null);
    if (model == null) {
      return null;
    }
    if (isReference(call, model)) {
      return new Expectation(0, estimates.servedReference());
    }
    if (call.analysis == null) {
      return null;
    }
    double gain = Math.clamp(call.analysis.getExpectedGain(), 0, 1);
    double reach = QualityEstimates.reach(model.tier());
    return new Expectation(
        gain, estimates.served(modelId, gain, reach), decision.propensityOf(modelId));
  }

  private static boolean isReference(InferenceCall call, ModelSpec model) {
    return model.tier() == Tier.QUALITY || call.baseline().filter(model::equals).isPresent();
  }
}
