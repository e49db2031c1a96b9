package dev.fairlead.gateway.routing;

import java.util.Locale;

/** Why a model cannot serve a request. */
public enum Drop {
  /** It cannot do something the request needs. */
  CAPABILITY,
  /** Prompt and answer do not fit. */
  CONTEXT_WINDOW,
  /** It is expected to cost more than the request may. */
  COST_CAP,
  /** The request has a cost cap and the model's price is not known. */
  UNPRICED,
  /** It is expected to take longer than the request may. */
  LATENCY_SLO,
  /** Its own circuit breaker is open, or its provider's. */
  BREAKER_OPEN,
  /** It is a canary's candidate and serves only the canary's share. */
  CANARY_CANDIDATE,
  /** It has no tier and so serves only requests that name it. */
  NO_TIER,
  /** It makes embeddings and no text. */
  EMBEDDINGS_ONLY;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** Lower-case name as in JSON. */
  public String label() {
    return label;
  }
}
