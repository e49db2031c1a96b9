package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Tier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Easy prompts to the cheap tier, hard ones to the quality tier, the rest to the standard tier. A
 * quality target takes the place of the thresholds: then the cheapest model serves whose expected
 * quality meets the bar at which the mean over recent prompts meets the target.
 */
final class ComplexityPolicy implements RoutingPolicy {

  private final RoutingConfig config;
  private final ExpectedQuality expected;
  private final QualityCurve curve;

  ComplexityPolicy(RoutingConfig config, ExpectedQuality expected) {
    this.config = config;
    this.expected = expected;
    this.curve = new QualityCurve(expected);
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
    QualityWish wish = query.quality();
    Double wanted = wish.target();
    double target = wanted == null ? config.qualityTarget() : wanted;
    wish.gain().ifPresent(curve::add);
    return target > 0 && wish.gain().isPresent()
        ? byTarget(target, wish.gain().getAsDouble(), feasible)
        : byThresholds(query.complexity().getAsDouble(), feasible);
  }

  private Ranking byThresholds(double complexity, List<Candidate> feasible) {
    if (complexity < config.simple()) {
      return new Ranking(Reason.COMPLEXITY_BELOW_SIMPLE, TierOrder.around(Tier.CHEAP, feasible));
    }
    if (complexity >= config.complex()) {
      return new Ranking(Reason.COMPLEXITY_ABOVE_COMPLEX, TierOrder.around(Tier.QUALITY, feasible));
    }
    return new Ranking(Reason.COMPLEXITY_BETWEEN, TierOrder.around(Tier.STANDARD, feasible));
  }

  /** What meets the bar comes by cost; the rest, for fallback, by quality. */
  private Ranking byTarget(double target, double gain, List<Candidate> feasible) {
    List<Candidate> byCost = CheapestPolicy.byCost(feasible);
    double bar = curve.bar(target, byCost);
    List<Candidate> order = new ArrayList<>();
    List<Candidate> below = new ArrayList<>();
    for (Candidate candidate : byCost) {
      (expected.of(candidate.model(), gain) >= bar ? order : below).add(candidate);
    }
    below.sort(Comparator.comparingDouble(candidate -> -expected.of(candidate.model(), gain)));
    Reason reason = order.isEmpty() ? Reason.BEST_BELOW_QUALITY_TARGET : Reason.QUALITY_TARGET;
    order.addAll(below);
    return new Ranking(reason, order);
  }
}
