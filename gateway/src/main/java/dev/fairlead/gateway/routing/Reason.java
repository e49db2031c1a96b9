package dev.fairlead.gateway.routing;

import java.util.Locale;

/** Why the first choice is what it is: a fixed set, so that it can be a metric label. */
public enum Reason {
  /** The client named the model. */
  EXPLICIT_MODEL,
  /** Complexity below {@code simple}. */
  COMPLEXITY_BELOW_SIMPLE,
  /** Complexity between the thresholds. */
  COMPLEXITY_BETWEEN,
  /** Complexity at or above {@code complex}. */
  COMPLEXITY_ABOVE_COMPLEX,
  /** The scorer did not answer in time. */
  SCORER_UNAVAILABLE,
  /** Lowest expected cost. */
  LOWEST_COST,
  /** Prompt up to the configured length. */
  PROMPT_SHORT,
  /** Prompt beyond the configured length. */
  PROMPT_LONG,
  /** No model stays below the cost cap at full length: the one that can say most for the money. */
  COST_CAP_CLAMPED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** Lower-case name as in headers, labels and JSON. */
  public String label() {
    return label;
  }
}
