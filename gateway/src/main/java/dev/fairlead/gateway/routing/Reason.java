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
  /** The cheapest model that is good enough for the quality target. */
  QUALITY_TARGET,
  /** No model is expected to meet the quality target: the best. */
  BEST_BELOW_QUALITY_TARGET,
  /** The scorer did not answer in time. */
  SCORER_UNAVAILABLE,
  /** Tried on the cheap tier to learn how it does on such prompts. */
  LEARNING_EXPLORATION,
  /** Lowest expected cost. */
  LOWEST_COST,
  /** Prompt up to the configured length. */
  PROMPT_SHORT,
  /** Prompt beyond the configured length. */
  PROMPT_LONG,
  /** Shortest 95th percentile of the time that such an answer takes. */
  FASTEST,
  /** Tried to learn how fast it is. */
  EXPLORATION,
  /** Lowest expected cost among the models that keep their objectives. */
  LOWEST_COST_WITHIN_SLO,
  /** A cheaper model misses its objectives and is given less traffic. */
  CHEAPER_ONE_BURNS,
  /** Every model misses its objectives: the one that misses them least. */
  LEAST_BURN,
  /** The canary's candidate, by its stage's share. */
  CANARY_CANDIDATE,
  /** The canary's baseline. */
  CANARY_BASELINE,
  /** By configured weights. */
  WEIGHT,
  /** No model stays below the cost cap at full length: the one that can say most for the money. */
  COST_CAP_CLAMPED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** Lower-case name as in headers, labels and JSON. */
  public String label() {
    return label;
  }
}
