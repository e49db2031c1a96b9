package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.RequestFacts;
import java.util.Map;

/**
 * A decoded request.
 *
 * @param facts what routing, cache and limits need to know
 * @param controls the caller's wishes
 * @param forwardHeaders client headers that the vendor should see, lower-case names
 * @param clientRetryCount how often the client itself has already retried
 */
public record InferenceRequest(
    Form form,
    RequestFacts facts,
    Controls controls,
    Map<String, String> forwardHeaders,
    int clientRetryCount) {

  /** Copies. */
  public InferenceRequest {
    forwardHeaders = Map.copyOf(forwardHeaders);
  }
}
