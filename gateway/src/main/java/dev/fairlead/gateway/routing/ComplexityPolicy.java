package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Tier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Easy prompts to the cheap tier, hard ones to the quality tier, the rest to the standard tier. A
 * quality target takes the place of the thresholds: then the cheapest model serves whose expected
 * quality meets the bar at which the mean over recent prompts meets the target.
 */
final class ComplexityPolicy implements RoutingPolicy {

  private final RoutingConfig config;
  private final ExpectedQuality expected;
  private final QualityCurves curves;
  private final DoubleSupplier random;

  ComplexityPolicy(RoutingConfig config, ExpectedQuality expected, DoubleSupplier random) {
    this.config = config;
    this.random = random;
    this.expected = expected;
    this.curves = new QualityCurves(expected);
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
    Ranking usual =
        target > 0 && wish.gain().isPresent()
            ? byTarget(query, target, wish.gain().getAsDouble(), feasible)
            : byThresholds(query.complexity().getAsDouble(), feasible);
    return wanted == null ? explored(usual, feasible) : usual;
  }

  /**
   * A share of the prompts that the cheap tier would not see goes there all the same: without,
   * nobody would ever learn how it does on them. Prompts with a target of their own are not tried
   * with.
   */
  private Ranking explored(Ranking usual, List<Candidate> feasible) {
    double share = config.learningExploration();
    boolean cheapAnyway = usual.order().getFirst().model().tier() == Tier.CHEAP;
    boolean hasCheap = feasible.stream().anyMatch(one -> one.model().tier() == Tier.CHEAP);
    if (share == 0 || cheapAnyway || !hasCheap) {
      return usual;
    }
    return random.getAsDouble() < share
        ? new Ranking(Reason.LEARNING_EXPLORATION, TierOrder.around(Tier.CHEAP, feasible), share)
        : new Ranking(usual.reason(), usual.order(), 1 - share);
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
  private Ranking byTarget(RouteQuery query, double target, double gain, List<Candidate> feasible) {
    List<Candidate> byCost = CheapestPolicy.byCost(feasible);
    String tenant = query.caller().tenant();
    QualityCurve curve = curves.of(tenant, target);
    if (!query.quality().rehearsed()) {
      curve.add(gain);
    }
    double bar = curve.bar(target, byCost);
    List<Candidate> order = new ArrayList<>();
    List<Candidate> below = new ArrayList<>();
    for (Candidate candidate : byCost) {
      (expected.of(tenant, candidate.model(), gain) >= bar ? order : below).add(candidate);
    }
    below.sort(
        Comparator.comparingDouble(candidate -> -expected.of(tenant, candidate.model(), gain)));
    Reason reason = order.isEmpty() ? Reason.BEST_BELOW_QUALITY_TARGET : Reason.QUALITY_TARGET;
    order.addAll(below);
    return new Ranking(reason, order);
  }
}
