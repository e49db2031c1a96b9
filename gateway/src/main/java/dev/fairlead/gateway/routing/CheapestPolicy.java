package dev.fairlead.gateway.routing;

import java.util.Comparator;
import java.util.List;

/** Lowest expected cost first; unpriced models last. */
final class CheapestPolicy implements RoutingPolicy {

  @Override
  public PolicyName name() {
    return PolicyName.CHEAPEST;
  }

  @Override
  public Ranking rank(RouteQuery query, List<Candidate> feasible) {
    return new Ranking(Reason.LOWEST_COST, byCost(feasible));
  }

  /** Lowest expected cost first; unpriced models last. */
  static List<Candidate> byCost(List<Candidate> candidates) {
    return candidates.stream()
        .sorted(
            Comparator.comparing((Candidate candidate) -> candidate.model().price() == null)
                .thenComparingLong(Candidate::estimatedCostNanoUsd))
        .toList();
  }
}
