package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Tier;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Drops what cannot serve a request, lets a policy order the rest, and says why. Thread-safe, does
 * not block.
 */
public final class Router {

  private final RoutingConfig config;
  private final Map<PolicyName, RoutingPolicy> policies = new EnumMap<>(PolicyName.class);

  /** A router with every policy. */
  public Router(RoutingConfig config) {
    this.config = config;
    for (RoutingPolicy policy :
        List.of(
            new ComplexityPolicy(config), new CheapestPolicy(), new PromptLengthPolicy(config))) {
      policies.put(policy.name(), policy);
    }
  }

  /** Whether deciding for {@code selector} wants the prompt's complexity. */
  public boolean needsComplexity(ModelSelector selector) {
    return selector instanceof ModelSelector.Auto auto && policy(auto.policy()).needsComplexity();
  }

  /**
   * Decides.
   *
   * @throws dev.fairlead.common.failure.FailureException NoCandidate or BudgetExceeded when no
   *     model can serve the request
   */
  public Decision route(RouteQuery query, ModelSelector selector, Catalog catalog) {
    return switch (selector) {
      case ModelSelector.Explicit explicit -> explicit(query, explicit.model());
      case ModelSelector.Auto auto -> auto(query, auto.policy(), catalog);
    };
  }

  /** The model that savings are counted against; empty in a catalogue without tiers. */
  public Optional<ModelSpec> baseline(Catalog catalog) {
    Optional<ModelSpec> configured = catalog.find(config.baseline());
    return configured.isPresent()
        ? configured
        : catalog.ofTierOrHigher(Tier.QUALITY).stream().findFirst();
  }

  /**
   * A named model is only held to the request's cost cap: what it can do, its vendor knows better
   * than the catalogue.
   */
  private Decision explicit(RouteQuery query, ModelSpec model) {
    long cost = estimate(query, model);
    Candidate candidate = new Candidate(model, cost, costDrop(query, model, cost));
    if (!candidate.feasible()) {
      throw infeasible(query, List.of(candidate));
    }
    return new Decision(
        Decision.EXPLICIT,
        Reason.EXPLICIT_MODEL,
        List.of(model),
        List.of(candidate),
        query.complexity(),
        cost);
  }

  private Decision auto(RouteQuery asked, PolicyName name, Catalog catalog) {
    RouteQuery query = withoutUnknownReasoning(asked, catalog);
    List<Candidate> feasible = new ArrayList<>();
    List<Candidate> dropped = new ArrayList<>();
    for (ModelSpec model : catalog.models()) {
      if (model.tier() != null && !model.capabilities().contains(Capability.EMBEDDINGS)) {
        Candidate candidate = assess(query, model);
        (candidate.feasible() ? feasible : dropped).add(candidate);
      }
    }
    if (feasible.isEmpty()) {
      throw infeasible(query, dropped);
    }
    RoutingPolicy.Ranking ranking = policy(name).rank(query, feasible);
    return decision(name.label(), ranking.reason(), query, ranking.order(), dropped);
  }

  /**
   * How hard to think is only a wish where no model can adjust it: the catalogue may just not say
   * so.
   */
  private static RouteQuery withoutUnknownReasoning(RouteQuery query, Catalog catalog) {
    boolean asked = query.needs().contains(Capability.REASONING);
    boolean known =
        catalog.models().stream().anyMatch(m -> m.capabilities().contains(Capability.REASONING));
    if (!asked || known) {
      return query;
    }
    Set<Capability> needs = EnumSet.copyOf(query.needs());
    needs.remove(Capability.REASONING);
    return new RouteQuery(
        query.promptTokens(),
        query.promptCharacters(),
        query.maxOutputTokens(),
        query.choices(),
        needs,
        query.complexity(),
        query.maxCostNanoUsd());
  }

  private static Decision decision(
      String policy,
      Reason reason,
      RouteQuery query,
      List<Candidate> order,
      List<Candidate> dropped) {
    List<Candidate> all = new ArrayList<>(order);
    all.addAll(dropped);
    List<ModelSpec> models = order.stream().map(Candidate::model).toList();
    return new Decision(
        policy, reason, models, all, query.complexity(), order.getFirst().estimatedCostNanoUsd());
  }

  private RoutingPolicy policy(PolicyName name) {
    RoutingPolicy policy = policies.get(name);
    if (policy == null) {
      throw new IllegalStateException("no policy " + name);
    }
    return policy;
  }

  private Candidate assess(RouteQuery query, ModelSpec model) {
    long cost = estimate(query, model);
    Drop ability = abilityDrop(query, model);
    return new Candidate(model, cost, ability != null ? ability : costDrop(query, model, cost));
  }

  private long estimate(RouteQuery query, ModelSpec model) {
    return model.costNanoUsd(
        TokenUsage.of(query.promptTokens(), outputTokens(query, model) * query.choices()));
  }

  private static @Nullable Drop abilityDrop(RouteQuery query, ModelSpec model) {
    if (!model.capabilities().containsAll(query.needs())) {
      return Drop.CAPABILITY;
    }
    long window = model.contextWindow();
    boolean fits = window <= 0 || query.promptTokens() + query.maxOutputTokens() <= window;
    return fits ? null : Drop.CONTEXT_WINDOW;
  }

  private static @Nullable Drop costDrop(RouteQuery query, ModelSpec model, long cost) {
    Long cap = query.maxCostNanoUsd();
    if (cap == null) {
      return null;
    }
    if (model.price() == null) {
      return Drop.UNPRICED;
    }
    return cost > cap ? Drop.COST_CAP : null;
  }

  private long outputTokens(RouteQuery query, ModelSpec model) {
    long wanted =
        query.maxOutputTokens() > 0 ? query.maxOutputTokens() : config.expectedOutputTokens();
    return model.maxOutputTokens() > 0 ? Math.min(wanted, model.maxOutputTokens()) : wanted;
  }

  private static RuntimeException infeasible(RouteQuery query, List<Candidate> dropped) {
    Optional<Candidate> cheapest =
        dropped.stream()
            .filter(candidate -> candidate.dropped() == Drop.COST_CAP)
            .min(Comparator.comparingLong(Candidate::estimatedCostNanoUsd));
    if (cheapest.isPresent()) {
      Candidate candidate = cheapest.get();
      String message =
          ("max_cost_usd: %s is less than the request is expected to cost on the cheapest model"
                  + " that can serve it, %s (expected: at least %s)")
              .formatted(
                  Usd.plain(query.maxCostNanoUsd() == null ? 0 : query.maxCostNanoUsd()),
                  candidate.model().id(),
                  Usd.plain(candidate.estimatedCostNanoUsd()));
      return new Failure.BudgetExceeded(message, Failure.BudgetExceeded.Kind.REQUEST_CAP)
          .asException();
    }
    String why =
        dropped.stream()
            .map(candidate -> candidate.model().id() + ": " + candidate.dropped())
            .collect(Collectors.joining(", "));
    String needs =
        query.needs().stream().map(Capability::label).sorted().collect(Collectors.joining(", "));
    return new Failure.NoCandidate(
            "no model can serve the request (needs: "
                + (needs.isEmpty() ? "nothing special" : needs)
                + "; about "
                + query.promptTokens()
                + " prompt tokens; dropped: "
                + (why.isEmpty() ? "no model has a tier" : why)
                + ")")
        .asException();
  }
}
