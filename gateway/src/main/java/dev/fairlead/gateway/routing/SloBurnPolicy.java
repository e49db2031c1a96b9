package dev.fairlead.gateway.routing;

import dev.fairlead.gateway.slo.SloController;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The cheapest model that keeps its objectives. One that burns its error budget is passed over by a
 * growing share of the requests, and comes back the same way.
 */
final class SloBurnPolicy implements RoutingPolicy {

  private final SloController slo;
  private final DoubleSupplier random;

  SloBurnPolicy(SloController slo, DoubleSupplier random) {
    this.slo = slo;
    this.random = random;
  }

  @Override
  public PolicyName name() {
    return PolicyName.SLO_BURN_AWARE;
  }

  @Override
  public Ranking rank(RouteQuery query, List<Candidate> feasible) {
    List<Candidate> order = new ArrayList<>();
    List<Candidate> passedOver = new ArrayList<>();
    for (Candidate candidate : CheapestPolicy.byCost(feasible)) {
      double share = slo.share(candidate.model().id(), query.caller().traffic());
      boolean taken = share >= 1 || random.getAsDouble() < share;
      (taken ? order : passedOver).add(candidate);
    }
    Reason reason = reason(order, passedOver);
    passedOver.sort(Comparator.comparingDouble(candidate -> burn(query, candidate)));
    order.addAll(passedOver);
    return new Ranking(reason, order);
  }

  private static Reason reason(List<Candidate> taken, List<Candidate> passedOver) {
    if (taken.isEmpty()) {
      return Reason.LEAST_BURN;
    }
    Candidate first = taken.getFirst();
    boolean cheaper =
        passedOver.stream().anyMatch(c -> c.estimatedCostNanoUsd() <= first.estimatedCostNanoUsd());
    return cheaper ? Reason.CHEAPER_ONE_BURNS : Reason.LOWEST_COST_WITHIN_SLO;
  }

  private double burn(RouteQuery query, Candidate candidate) {
    return slo.burn(candidate.model().id(), query.caller().traffic());
  }
}
