package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.live.LiveStatistics;
import dev.fairlead.gateway.live.TryOutcome;
import dev.fairlead.gateway.metrics.BurnMeters;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.routing.Reason;
import dev.fairlead.gateway.slo.SloController;
import dev.fairlead.gateway.slo.Traffic;
import dev.fairlead.gateway.steering.CanaryTraffic;
import dev.fairlead.v1.Attempt;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Tells statistics, objectives and the canary what became of every try. Thread-safe. */
public final class TryRecorder {

  private static final TryOutcome ABSENT = new TryOutcome(TryOutcome.Kind.FAILURE, 0, -1, 0);

  private final LiveStatistics statistics;
  private final SloController slo;
  private final CanaryTraffic canary;
  private final BurnMeters meters;

  /** Feeds these. */
  public TryRecorder(
      LiveStatistics statistics, SloController slo, CanaryTraffic canary, BurnMeters meters) {
    this.statistics = statistics;
    this.slo = slo;
    this.canary = canary;
    this.meters = meters;
  }

  /**
   * Counts the tries of one request.
   *
   * @param traffic what the request was
   */
  void record(Traffic traffic, Decision decision, List<Attempt> attempts) {
    for (Attempt attempt : attempts) {
      TryOutcome outcome = TryOutcome.of(attempt);
      statistics.record(attempt.getModelId(), outcome);
      slo.record(attempt.getModelId(), traffic, outcome);
      meters.watch(attempt.getModelId(), traffic);
    }
    if (decision.reason() == Reason.CANARY_CANDIDATE && !attempts.isEmpty()) {
      canary.observe(first(decision.first().id(), begunFirst(attempts)));
    }
  }

  /** They come in the order of their ends; two may have run at once. */
  private static Attempt begunFirst(List<Attempt> attempts) {
    return Collections.min(attempts, Comparator.comparingInt(Attempt::getNumber));
  }

  /** Another model in the candidate's place means that the candidate was not there. */
  private static TryOutcome first(String candidate, Attempt attempt) {
    return attempt.getModelId().equals(candidate) ? TryOutcome.of(attempt) : ABSENT;
  }
}
