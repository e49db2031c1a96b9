package dev.fairlead.gateway.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Each model by its share of the configured weights. The fallbacks are drawn the same way. A model
 * without a weight comes last; when none of the candidates has one, all are alike.
 */
final class WeightedPolicy implements RoutingPolicy {

  private final RoutingConfig config;
  private final DoubleSupplier random;

  WeightedPolicy(RoutingConfig config, DoubleSupplier random) {
    this.config = config;
    this.random = random;
  }

  @Override
  public PolicyName name() {
    return PolicyName.WEIGHTED;
  }

  @Override
  public Ranking rank(RouteQuery query, List<Candidate> feasible) {
    boolean alike = feasible.stream().noneMatch(candidate -> weight(candidate) > 0);
    List<Candidate> left = new ArrayList<>(feasible);
    List<Candidate> order = new ArrayList<>();
    while (!left.isEmpty()) {
      order.add(left.remove(drawn(left, alike)));
    }
    return new Ranking(Reason.WEIGHT, order);
  }

  private int drawn(List<Candidate> left, boolean alike) {
    double total = 0;
    for (Candidate candidate : left) {
      total += alike ? 1 : weight(candidate);
    }
    if (total <= 0) {
      return 0;
    }
    double mark = random.getAsDouble() * total;
    for (int i = 0; i < left.size(); i++) {
      mark -= alike ? 1 : weight(left.get(i));
      if (mark < 0) {
        return i;
      }
    }
    return left.size() - 1;
  }

  private double weight(Candidate candidate) {
    return config.weights().getOrDefault(candidate.model().id(), 0.0);
  }
}
