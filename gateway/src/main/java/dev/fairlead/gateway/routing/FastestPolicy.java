package dev.fairlead.gateway.routing;

import dev.fairlead.gateway.live.LiveStatistics;
import dev.fairlead.gateway.live.ModelStatistics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Shortest 95th percentile first, of the time that an answer of the request's length takes until it
 * succeeds. Models with too few answers are tried by a bounded share of the requests, the least
 * known first; until any model is known they take turns.
 */
final class FastestPolicy implements RoutingPolicy {

  private static final double QUANTILE = 0.95;

  /** A model that only fails would otherwise have no time at all. */
  private static final double HIGHEST_ERROR_RATE = 0.99;

  private final RoutingConfig config;
  private final LiveStatistics statistics;
  private final DoubleSupplier random;

  FastestPolicy(RoutingConfig config, LiveStatistics statistics, DoubleSupplier random) {
    this.config = config;
    this.statistics = statistics;
    this.random = random;
  }

  @Override
  public PolicyName name() {
    return PolicyName.FASTEST_P95;
  }

  @Override
  public Ranking rank(RouteQuery query, List<Candidate> feasible) {
    List<Timed> known = new ArrayList<>();
    List<Timed> unknown = new ArrayList<>();
    for (Candidate candidate : feasible) {
      Timed timed = timed(query, candidate);
      (timed.samples() >= config.explorationSamples() ? known : unknown).add(timed);
    }
    known.sort(Comparator.comparingDouble(Timed::millis));
    unknown.sort(Comparator.comparingLong(Timed::tries));
    boolean explore =
        !unknown.isEmpty() && (known.isEmpty() || random.getAsDouble() < config.exploration());
    List<Timed> order = new ArrayList<>(explore ? unknown.subList(0, 1) : known);
    order.addAll(explore ? known : unknown);
    if (explore) {
      order.addAll(unknown.subList(1, unknown.size()));
    }
    return new Ranking(
        explore ? Reason.EXPLORATION : Reason.FASTEST,
        order.stream().map(Timed::candidate).toList());
  }

  private Timed timed(RouteQuery query, Candidate candidate) {
    ModelStatistics model = statistics.find(candidate.model().id()).orElse(null);
    if (model == null) {
      return new Timed(candidate, Double.POSITIVE_INFINITY, 0, 0);
    }
    long tokens =
        query.maxOutputTokens() > 0
            ? Math.min(query.maxOutputTokens(), config.expectedOutputTokens())
            : config.expectedOutputTokens();
    double millis = model.answerMillis(QUANTILE, tokens).orElse(Double.POSITIVE_INFINITY);
    double untilSuccess = millis / (1 - Math.min(HIGHEST_ERROR_RATE, model.errorRate()));
    return new Timed(candidate, untilSuccess, model.samples(), model.tries());
  }

  /** A candidate with its expected time; the number of tries tells the least known. */
  private record Timed(Candidate candidate, double millis, long samples, long tries) {}
}
