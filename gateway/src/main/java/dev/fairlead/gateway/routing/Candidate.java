package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.ModelSpec;
import org.jspecify.annotations.Nullable;

/**
 * A model that was considered.
 *
 * @param estimatedCostNanoUsd expected cost of the request on it
 * @param dropped why it cannot serve the request; null when it can
 */
public record Candidate(ModelSpec model, long estimatedCostNanoUsd, @Nullable Drop dropped) {

  /** Whether it can serve the request. */
  public boolean feasible() {
    return dropped == null;
  }
}
