package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.ModelSpec;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A routing decision.
 *
 * @param policy label of what decided: a policy, or {@code explicit}
 * @param order models that can serve the request, in the order to try them; at least one
 * @param candidates every model that was considered, those of {@code order} first
 * @param estimatedCostNanoUsd expected cost on the first choice
 * @param maxOutputTokens most output tokens of one choice that the request's cost cap pays for on
 *     every model of {@code order}; empty when there is no cap
 * @param propensity probability with which such a model comes first for such a prompt, 0 to 1;
 *     below 1 only where the policy explores to learn, 0 when its choice was not kept to
 */
public record Decision(
    String policy,
    Reason reason,
    List<ModelSpec> order,
    List<Candidate> candidates,
    OptionalDouble complexity,
    long estimatedCostNanoUsd,
    OptionalInt maxOutputTokens,
    double propensity) {

  /** Policy label of a request that names its model. */
  public static final String EXPLICIT = "explicit";

  /** Copies. */
  public Decision {
    order = List.copyOf(order);
    candidates = List.copyOf(candidates);
  }

  /** What is counted of a decision; every part is from a fixed set or the catalogue. */
  public record Label(String policy, String tier, String model, String reason) {}

  /** The decision as a label. */
  public Label label() {
    return new Label(policy, tierLabel(), first().id(), reason.label());
  }

  /**
   * Probability with which the policy has this model answer; 0 when an exploring policy did not
   * choose it, so that nothing can be told from its answer about the choice.
   */
  public double propensityOf(String modelId) {
    return propensity == 1 || first().id().equals(modelId) ? propensity : 0;
  }

  /** The first choice. */
  public ModelSpec first() {
    return order.getFirst();
  }

  /** Label of the first choice's tier; {@code none} for a model without one. */
  public String tierLabel() {
    var tier = first().tier();
    return tier == null ? "none" : tier.label();
  }
}
