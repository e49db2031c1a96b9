package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Tier;
import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.gateway.quality.QualityEstimates;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.v1.AnalyzeResponse;
import org.jspecify.annotations.Nullable;

/**
 * What quality is expected of a routed answer. A model that the caller named is the caller's choice
 * and does not count; an unscored prompt has no expectation until somebody scores it.
 */
final class AnswerQuality {

  private final QualityEstimates estimates;

  AnswerQuality(QualityEstimates estimates) {
    this.estimates = estimates;
  }

  /** Of an answer of {@code modelId} to the call, which is hereby counted. */
  @Nullable Expectation served(InferenceCall call, Decision decision, String modelId) {
    ModelSpec model = routed(call, decision, modelId);
    if (model == null) {
      return null;
    }
    if (isReference(call, model)) {
      return new Expectation(0, estimates.servedReference());
    }
    AnalyzeResponse known = call.analysis;
    return known == null ? null : scored(call, decision, model, known);
  }

  /** Whether the answer would have an expectation if its prompt were scored. */
  boolean lacksScore(InferenceCall call, Decision decision, String modelId) {
    ModelSpec model = routed(call, decision, modelId);
    return call.analysis == null && model != null && !isReference(call, model);
  }

  /** Of an answer that {@link #lacksScore}, now that its prompt is scored; it is hereby counted. */
  @Nullable Expectation scoredLate(
      InferenceCall call, Decision decision, String modelId, AnalyzeResponse scored) {
    ModelSpec model = routed(call, decision, modelId);
    return model == null ? null : scored(call, decision, model, scored);
  }

  private Expectation scored(
      InferenceCall call, Decision decision, ModelSpec model, AnalyzeResponse known) {
    double gain = Math.clamp(known.getExpectedGain(), 0, 1);
    double reach = QualityEstimates.reach(model.tier());
    // What the quality tier gains is over the cheap one: another tier's answer does not tell it.
    double propensity = model.tier() == Tier.CHEAP ? decision.propensityOf(model.id()) : 0;
    double quality = estimates.served(call.scope.tenant(), model.id(), gain, reach);
    return new Expectation(gain, quality, propensity);
  }

  private static @Nullable ModelSpec routed(InferenceCall call, Decision decision, String modelId) {
    return call.catalog == null || decision.policy().equals(Decision.EXPLICIT)
        ? null
        : call.catalog.find(modelId).orElse(null);
  }

  private static boolean isReference(InferenceCall call, ModelSpec model) {
    return model.tier() == Tier.QUALITY || call.baseline().filter(model::equals).isPresent();
  }
}
