package dev.fairlead.gateway.routing;

import dev.fairlead.gateway.steering.CanaryTraffic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The present stage's share of the requests to the candidate, all others to the baseline. Other
 * models, the baseline's tier first, are fallbacks; the candidate is nobody's.
 */
final class CanaryPolicy implements RoutingPolicy {

  private final CanaryTraffic canary;
  private final RoutingPolicy otherwise;
  private final DoubleSupplier random;

  /**
   * @param otherwise orders the models while neither candidate nor baseline can serve
   */
  CanaryPolicy(CanaryTraffic canary, RoutingPolicy otherwise, DoubleSupplier random) {
    this.canary = canary;
    this.otherwise = otherwise;
    this.random = random;
  }

  @Override
  public PolicyName name() {
    return PolicyName.CANARY;
  }

  @Override
  public Ranking rank(RouteQuery query, List<Candidate> feasible) {
    String candidate = canary.config().candidate();
    List<Candidate> others = new ArrayList<>(feasible);
    others.removeIf(model -> is(model, candidate));
    boolean meets =
        others.size() < feasible.size() && canary.meetsCandidate(query.caller().sticky(), random);
    List<Candidate> order = new ArrayList<>();
    if (meets || others.isEmpty()) {
      feasible.stream().filter(model -> is(model, candidate)).forEach(order::add);
    }
    if (!others.isEmpty()) {
      List<Candidate> rest = new ArrayList<>(otherwise.rank(query, others).order());
      rest.sort(Comparator.comparing(model -> !is(model, canary.config().baseline())));
      order.addAll(rest);
    }
    return new Ranking(meets ? Reason.CANARY_CANDIDATE : Reason.CANARY_BASELINE, order);
  }

  private static boolean is(Candidate candidate, String id) {
    return candidate.model().id().equals(id);
  }
}
