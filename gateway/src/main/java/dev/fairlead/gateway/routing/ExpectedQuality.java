package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.gateway.quality.QualityEstimates;

/** What quality is expected of a model's answer. Thread-safe, does not block. */
@FunctionalInterface
public interface ExpectedQuality {

  /** By the calibrated gain alone. */
  ExpectedQuality PRIOR = (tenant, model, gain) -> 1 - gain * QualityEstimates.reach(model.tier());

  /**
   * The expected quality, 0 to 1, where the baseline's answer is 1.
   *
   * @param tenant who would get the answer
   * @param gain calibrated probability that the baseline's answer is better, 0 to 1
   */
  double of(String tenant, ModelSpec model, double gain);
}
