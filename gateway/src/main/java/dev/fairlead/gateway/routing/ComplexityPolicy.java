package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Tier;
import java.util.List;

/** Easy prompts to the cheap tier, hard ones to the quality tier, the rest to the standard tier. */
final class ComplexityPolicy implements RoutingPolicy {

  private final RoutingConfig config;

  ComplexityPolicy(RoutingConfig config) {
    this.config = config;
  }

  @Override
  public PolicyName name() {
    return PolicyName.COMPLEXITY;
  }

  @Override
  public boolean needsComplexity() {
    return true;
  }

  @Override
  public Ranking rank(RouteQuery query, List<Candidate> feasible) {
    if (query.complexity().isEmpty()) {
      return new Ranking(
          Reason.SCORER_UNAVAILABLE, TierOrder.around(config.fallbackTier(), feasible));
    }
    double complexity = query.complexity().getAsDouble();
    if (complexity < config.simple()) {
      return new Ranking(Reason.COMPLEXITY_BELOW_SIMPLE, TierOrder.around(Tier.CHEAP, feasible));
    }
    if (complexity >= config.complex()) {
      return new Ranking(Reason.COMPLEXITY_ABOVE_COMPLEX, TierOrder.around(Tier.QUALITY, feasible));
    }
    return new Ranking(Reason.COMPLEXITY_BETWEEN, TierOrder.around(Tier.STANDARD, feasible));
  }
}
