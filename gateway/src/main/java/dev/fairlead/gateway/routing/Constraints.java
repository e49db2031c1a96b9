package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.gateway.live.ModelStatistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What holds a model back beside the request's needs and its cost cap: that it is meant for
 * something else, that it or its provider refuses calls, that it is known to be too slow.
 * Stateless.
 */
final class Constraints {

  private static final double QUANTILE = 0.95;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MILLIS = 1e3;

  private final RoutingConfig config;
  private final RoutingSignals signals;

  Constraints(RoutingConfig config, RoutingSignals signals) {
    this.config = config;
    this.signals = signals;
  }

  /** Why a policy may not choose a model at all; null when it may. */
  @Nullable Drop outside(ModelSpec model, PolicyName policy) {
    if (model.capabilities().contains(Capability.EMBEDDINGS)) {
      return Drop.EMBEDDINGS_ONLY;
    }
    boolean candidate = model.id().equals(signals.canary().config().candidate());
    if (candidate) {
      return policy == PolicyName.CANARY ? null : Drop.CANARY_CANDIDATE;
    }
    return model.tier() == null ? Drop.NO_TIER : null;
  }

  /**
   * The candidates without those whose breaker is open or that are known to take too long. What
   * would leave none is not held against any: a slow or doubtful answer is better than none.
   *
   * @param dropped takes what is left out
   */
  List<Candidate> timely(
      RouteQuery query, PolicyName policy, List<Candidate> feasible, List<Candidate> dropped) {
    // A canary's candidate behind an open breaker has to fail, or its absence would hide it.
    List<Candidate> reachable =
        policy == PolicyName.CANARY ? feasible : reachable(feasible, dropped);
    return query.caller().hurries() ? inTime(query, reachable, dropped) : reachable;
  }

  private List<Candidate> reachable(List<Candidate> feasible, List<Candidate> dropped) {
    List<Candidate> kept = new ArrayList<>();
    List<Candidate> left = new ArrayList<>();
    for (Candidate candidate : feasible) {
      if (signals.openBreaker().test(candidate.model())) {
        left.add(dropped(candidate, Drop.BREAKER_OPEN));
      } else {
        kept.add(candidate);
      }
    }
    if (kept.isEmpty()) {
      return feasible;
    }
    dropped.addAll(left);
    return kept;
  }

  private List<Candidate> inTime(
      RouteQuery query, List<Candidate> feasible, List<Candidate> dropped) {
    List<Candidate> kept = feasible.stream().filter(model -> inTime(query, model)).toList();
    if (kept.isEmpty()) {
      return feasible;
    }
    feasible.stream()
        .filter(candidate -> !kept.contains(candidate))
        .forEach(candidate -> dropped.add(dropped(candidate, Drop.LATENCY_SLO)));
    return kept;
  }

  private boolean inTime(RouteQuery query, Candidate candidate) {
    ModelStatistics model = signals.statistics().find(candidate.model().id()).orElse(null);
    if (model == null || model.samples() < config.explorationSamples()) {
      return true;
    }
    RouteCaller caller = query.caller();
    long tokens =
        query.maxOutputTokens() > 0
            ? Math.min(query.maxOutputTokens(), config.expectedOutputTokens())
            : config.expectedOutputTokens();
    return within(model.answerMillis(QUANTILE, tokens).orElse(0), caller.latencySlo())
        && within(model.firstTokenMillis(QUANTILE).orElse(0), caller.firstTokenSlo())
        && within(MILLIS / model.tokensPerSecond().orElse(Double.MAX_VALUE), caller.perTokenSlo());
  }

  private static boolean within(double millis, @Nullable Duration longest) {
    return longest == null || millis * NANOS_PER_MILLI <= longest.toNanos();
  }

  private static Candidate dropped(Candidate candidate, Drop why) {
    return new Candidate(candidate.model(), candidate.estimatedCostNanoUsd(), why);
  }
}
