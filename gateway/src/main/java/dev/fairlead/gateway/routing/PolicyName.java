package dev.fairlead.gateway.routing;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The policies that a caller or an operator can ask for by name. */
public enum PolicyName {
  /** By the prompt's complexity. */
  COMPLEXITY,
  /** By the expected cost alone. */
  CHEAPEST,
  /** By the prompt's length alone. */
  PROMPT_LENGTH,
  /** By how long models have taken lately. */
  FASTEST_P95,
  /** By cost among the models that keep their objectives. */
  SLO_BURN_AWARE,
  /** A stage's share to the candidate of a canary, the rest to its baseline. */
  CANARY,
  /** By configured weights. */
  WEIGHTED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** Lower-case name as in configuration, headers, labels and JSON. */
  public String label() {
    return label;
  }

  /** The policy of that label. */
  public static Optional<PolicyName> of(String label) {
    return Arrays.stream(values()).filter(policy -> policy.label().equals(label)).findFirst();
  }

  /** All labels, joined by commas, for messages. */
  public static String labels() {
    return Arrays.stream(values()).map(PolicyName::label).collect(Collectors.joining(", "));
  }
}
