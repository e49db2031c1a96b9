package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Tier;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.live.LiveStatistics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Drops what cannot serve a request, lets a policy order the rest, and says why. Thread-safe, does
 * not block.
 */
public final class Router {

  private final RoutingConfig config;
  private final LiveStatistics statistics;
  private final Constraints constraints;
  private final Map<PolicyName, RoutingPolicy> policies = new EnumMap<>(PolicyName.class);

  /** A router with every policy. */
  public Router(RoutingConfig config, RoutingSignals signals) {
    this.config = config;
    this.statistics = signals.statistics();
    this.constraints = new Constraints(config, signals);
    CheapestPolicy cheapest = new CheapestPolicy();
    for (RoutingPolicy policy :
        List.of(
            new ComplexityPolicy(config, signals.quality(), signals.random()),
            cheapest,
            new PromptLengthPolicy(config),
            new FastestPolicy(config, signals.statistics(), signals.random()),
            new SloBurnPolicy(signals.slo(), signals.random()),
            new CanaryPolicy(signals.canary(), cheapest, signals.random()),
            new WeightedPolicy(config, signals.random()))) {
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

  /** When a stream of a model is expected to begin: measured of late, else as configured. */
  public ExpectedFirstToken expectedFirstToken(ModelSpec model) {
    OptionalDouble measured =
        statistics
            .find(model.id())
            .map(known -> known.firstTokenMillis(0.5))
            .orElse(OptionalDouble.empty());
    return measured.isPresent()
        ? new ExpectedFirstToken(measured.getAsDouble(), true)
        : new ExpectedFirstToken(config.firstTokenMs().of(model.tier()), false);
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
    Candidate candidate = new Candidate(model, cost, costDrop(query, model));
    if (!candidate.feasible()) {
      return clamped(Decision.EXPLICIT, query, List.of(candidate), List.of());
    }
    return new Decision(
        Decision.EXPLICIT,
        Reason.EXPLICIT_MODEL,
        List.of(model),
        List.of(candidate),
        query.complexity(),
        cost,
        outputBound(query, List.of(candidate)),
        1);
  }

  private Decision auto(RouteQuery asked, PolicyName name, Catalog catalog) {
    RouteQuery query = withoutUnknownReasoning(asked, catalog);
    List<Candidate> feasible = new ArrayList<>();
    List<Candidate> dropped = new ArrayList<>();
    List<Candidate> elsewhere = new ArrayList<>();
    for (ModelSpec model : catalog.models()) {
      if (!query.caller().grants().allowsModel(model.id())) {
        // For this caller it does not exist, so not even a dry run may tell of it.
        continue;
      }
      Drop out = constraints.outside(model, name);
      if (out != null) {
        elsewhere.add(new Candidate(model, estimate(query, model), out));
      } else {
        Candidate candidate = assess(query, model);
        (candidate.feasible() ? feasible : dropped).add(candidate);
      }
    }
    if (feasible.isEmpty()) {
      return clamped(name.label(), query, dropped, elsewhere);
    }
    feasible = constraints.timely(query, name, feasible, dropped);
    RoutingPolicy.Ranking ranking = policy(name).rank(query, feasible);
    dropped.addAll(elsewhere);
    return decision(name.label(), ranking, query, dropped);
  }

  /**
   * Nothing stays below the cap at full length: the models that can say most for the money serve,
   * at the length that the cap pays for.
   */
  private Decision clamped(
      String policy, RouteQuery query, List<Candidate> dropped, List<Candidate> elsewhere) {
    long most = -1;
    for (Candidate candidate : dropped) {
      most = Math.max(most, affordable(query, candidate));
    }
    if (most < CostCap.leastTokens(query)) {
      throw infeasible(query, dropped);
    }
    List<Candidate> order = new ArrayList<>();
    List<Candidate> rest = new ArrayList<>();
    for (Candidate candidate : dropped) {
      if (affordable(query, candidate) == most) {
        long cost =
            candidate
                .model()
                .costNanoUsd(TokenUsage.of(query.promptTokens(), most * query.choices()));
        order.add(new Candidate(candidate.model(), cost, null));
      } else {
        rest.add(candidate);
      }
    }
    rest.addAll(elsewhere);
    return decision(policy, new RoutingPolicy.Ranking(Reason.COST_CAP_CLAMPED, order), query, rest);
  }

  private static long affordable(RouteQuery query, Candidate candidate) {
    Long cap = query.maxCostNanoUsd();
    return cap == null || candidate.dropped() != Drop.COST_CAP
        ? -1
        : CostCap.affordableTokens(query, candidate.model(), cap);
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
        query.maxCostNanoUsd(),
        query.caller(),
        query.quality());
  }

  private static Decision decision(
      String policy, RoutingPolicy.Ranking ranking, RouteQuery query, List<Candidate> dropped) {
    List<Candidate> order = ranking.order();
    List<Candidate> all = new ArrayList<>(order);
    all.addAll(dropped);
    List<ModelSpec> models = order.stream().map(Candidate::model).toList();
    return new Decision(
        policy,
        ranking.reason(),
        models,
        all,
        query.complexity(),
        order.getFirst().estimatedCostNanoUsd(),
        outputBound(query, order),
        ranking.propensity());
  }

  /** The cap holds whichever of the models answers. */
  private static OptionalInt outputBound(RouteQuery query, List<Candidate> order) {
    Long cap = query.maxCostNanoUsd();
    if (cap == null) {
      return OptionalInt.empty();
    }
    long bound = Integer.MAX_VALUE;
    for (Candidate candidate : order) {
      bound = Math.min(bound, CostCap.affordableTokens(query, candidate.model(), cap));
    }
    return OptionalInt.of((int) bound);
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
    return new Candidate(model, cost, ability != null ? ability : costDrop(query, model));
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

  private @Nullable Drop costDrop(RouteQuery query, ModelSpec model) {
    Long cap = query.maxCostNanoUsd();
    if (cap == null) {
      return null;
    }
    if (model.price() == null) {
      return Drop.UNPRICED;
    }
    return CostCap.cost(query, model, outputTokens(query, model)) > cap ? Drop.COST_CAP : null;
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
            .min(Comparator.comparingLong(candidate -> leastCost(query, candidate)));
    if (cheapest.isPresent()) {
      Candidate candidate = cheapest.get();
      String message =
          ("max_cost_usd: %s does not pay for the request on the cheapest model that can serve it,"
                  + " %s (expected: at least %s for %d output tokens)")
              .formatted(
                  Usd.plain(query.maxCostNanoUsd() == null ? 0 : query.maxCostNanoUsd()),
                  candidate.model().id(),
                  Usd.plain(leastCost(query, candidate)),
                  CostCap.leastTokens(query));
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

  private static long leastCost(RouteQuery query, Candidate candidate) {
    return CostCap.cost(query, candidate.model(), CostCap.leastTokens(query));
  }
}
