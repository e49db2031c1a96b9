package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.keys.Grants;
import org.jspecify.annotations.Nullable;

/**
 * What the model name of a request, and a policy asked for beside it, mean: one model, or a policy
 * over all.
 */
public sealed interface ModelSelector {

  /** What a model name may be. */
  String EXISTING = "auto, auto:<policy>, or a model of GET /v1/models";

  /** The name under which answers are cached. */
  String requested();

  /** Exactly this model. */
  record Explicit(String requested, ModelSpec model) implements ModelSelector {}

  /** Whichever model the policy takes. */
  record Auto(String requested, PolicyName policy) implements ModelSelector {}

  /**
   * Reads a model name.
   *
   * @param name {@code auto}, {@code auto:<policy>} or a catalogue id
   * @param wanted policy asked for by header or body; it applies to {@code auto} and must then be
   *     known
   * @throws dev.fairlead.common.failure.FailureException UnknownModel or InvalidRequest
   */
  static ModelSelector of(
      String name, @Nullable String wanted, String defaultPolicy, Catalog catalog) {
    if (name.equals("auto")) {
      return new Auto(name, policy(wanted == null ? defaultPolicy : wanted, "policy"));
    }
    if (name.startsWith("auto:")) {
      PolicyName named =
          PolicyName.of(name.substring("auto:".length()))
              .orElseThrow(() -> unknown(name, "auto:<policy> with one of " + PolicyName.labels()));
      return new Auto(name, wanted == null ? named : policy(wanted, "policy"));
    }
    ModelSpec model = catalog.find(name).orElseThrow(() -> unknown(name, EXISTING));
    return new Explicit(name, model);
  }

  /**
   * Reads a model name that a key may ask for. A model that it may not ask for does not exist.
   *
   * @throws dev.fairlead.common.failure.FailureException UnknownModel, InvalidRequest, or Forbidden
   *     for a policy that the key may not ask for
   */
  static ModelSelector of(
      String name, @Nullable String wanted, String defaultPolicy, Catalog catalog, Grants grants) {
    ModelSelector selector = of(name, wanted, grants.defaultPolicy(defaultPolicy), catalog);
    switch (selector) {
      case Explicit explicit when !grants.allowsModel(explicit.model().id()) ->
          throw unknown(name, EXISTING);
      case Auto auto when !grants.allowsPolicy(auto.policy().label()) ->
          throw new Failure.Forbidden(
                  "policy: "
                      + auto.policy().label()
                      + " is not allowed for this key (expected one of: "
                      + String.join(", ", grants.policies())
                      + ")")
              .asException();
      case Explicit explicit -> {}
      case Auto auto -> {}
    }
    return selector;
  }

  /**
   * Label of the policy that would decide, whether there is such a policy or not; null for a
   * model's own name.
   */
  static @Nullable String policyLabel(String name, @Nullable String wanted, String defaultPolicy) {
    if (name.equals("auto")) {
      return wanted == null ? defaultPolicy : wanted;
    }
    if (!name.startsWith("auto:")) {
      return null;
    }
    return wanted == null ? name.substring("auto:".length()) : wanted;
  }

  private static PolicyName policy(String label, String param) {
    return PolicyName.of(label)
        .orElseThrow(() ->
            Failure.InvalidRequest.of(
                    param,
                    "policy: " + cut(label) + " (expected one of: " + PolicyName.labels() + ")")
                .asException());
  }

  private static RuntimeException unknown(String name, String expectation) {
    return new Failure.UnknownModel(
            "model: " + cut(name) + " does not exist (expected: " + expectation + ")", cut(name))
        .asException();
  }

  private static String cut(String value) {
    return value.length() <= 200 ? value : value.substring(0, 200) + "...";
  }
}
