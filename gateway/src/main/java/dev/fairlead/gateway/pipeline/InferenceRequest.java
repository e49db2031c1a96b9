package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.dialect.CacheControl;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.RequestFacts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /** This request of a caller whose key was given {@code bounds}; null for none. */
  InferenceRequest within(@Nullable CacheControl bounds) {
    if (bounds == null) {
      return this;
    }
    return new InferenceRequest(
        form,
        facts,
        controls.withCache(CacheControl.within(controls.cacheControl(), bounds)),
        forwardHeaders,
        clientRetryCount);
  }

  /** The name that sets its cached answers apart; null when it has none. */
  @Nullable String cacheScope() {
    CacheControl control = controls.cacheControl();
    return control == null ? null : control.scope();
  }
}
