package dev.fairlead.gateway.rpc;

import com.google.protobuf.Duration;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.AnswerHead;
import dev.fairlead.gateway.pipeline.Settlement;
import dev.fairlead.gateway.pipeline.Usages;
import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.gateway.routing.Candidate;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.v1.Outcome;
import dev.fairlead.v1.RoutingCandidate;
import dev.fairlead.v1.RoutingDecision;
import dev.fairlead.v1.ServiceLevel;
import dev.fairlead.v1.Tier;
import org.jspecify.annotations.Nullable;

/** Decisions and settlements in the contract's form. */
final class Outcomes {

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private Outcomes() {}

  static Outcome of(Answer answer) {
    AnswerHead head = answer.head();
    Settlement settlement = answer.settlement();
    Outcome.Builder outcome =
        Outcome.newBuilder()
            .setRequestId(head.requestId())
            .setModelId(head.modelId())
            .setPolicy(head.policy())
            .setReason(head.reason())
            .setCache(head.cache().toProto())
            .setCostNanoUsd(settlement.costNanoUsd())
            .setSavedNanoUsd(settlement.savedNanoUsd())
            .setBaselineCostNanoUsd(settlement.baselineNanoUsd())
            .setUsage(Usages.toProto(settlement.usage()))
            .addAllAttempts(settlement.attempts())
            .setLatency(duration(settlement.latencyNanos()))
            .setOverhead(duration(head.overheadNanos()))
            .setFinishReason(settlement.finishReason())
            .setServiceLevel(serviceLevel(settlement.withinLimits()));
    Expectation expected = settlement.expectation();
    if (expected != null) {
      outcome.setExpectedQuality(expected.quality());
    }
    head.complexity().ifPresent(outcome::setComplexity);
    head.similarity().ifPresent(outcome::setSimilarity);
    settlement.firstTokenNanos().ifPresent(nanos -> outcome.setTimeToFirstToken(duration(nanos)));
    return outcome.build();
  }

  private static ServiceLevel serviceLevel(@Nullable Boolean within) {
    if (within == null) {
      return ServiceLevel.SERVICE_LEVEL_UNSPECIFIED;
    }
    return within ? ServiceLevel.SERVICE_LEVEL_MET : ServiceLevel.SERVICE_LEVEL_MISSED;
  }

  /** What a stream says first; for a hit there is no decision beyond the head. */
  static RoutingDecision started(AnswerHead head) {
    Decision decision = head.decision();
    if (decision != null) {
      return decision(decision).toBuilder().setModelId(head.modelId()).build();
    }
    RoutingDecision.Builder started =
        RoutingDecision.newBuilder()
            .setModelId(head.modelId())
            .setPolicy(head.policy())
            .setReason(head.reason());
    head.complexity().ifPresent(started::setComplexity);
    return started.build();
  }

  static RoutingDecision decision(Decision decision) {
    RoutingDecision.Builder result =
        RoutingDecision.newBuilder()
            .setModelId(decision.first().id())
            .setPolicy(decision.policy())
            .setReason(decision.reason().label())
            .setTier(tier(decision.first().tier()))
            .setEstimatedCostNanoUsd(decision.estimatedCostNanoUsd());
    decision.complexity().ifPresent(result::setComplexity);
    for (Candidate candidate : decision.candidates()) {
      result.addCandidates(
          RoutingCandidate.newBuilder()
              .setModelId(candidate.model().id())
              .setTier(tier(candidate.model().tier()))
              .setEstimatedCostNanoUsd(candidate.estimatedCostNanoUsd())
              .setDroppedReason(candidate.dropped() == null ? "" : candidate.dropped().label()));
    }
    return result.build();
  }

  private static Tier tier(dev.fairlead.catalog.@Nullable Tier tier) {
    if (tier == null) {
      return Tier.TIER_UNSPECIFIED;
    }
    return switch (tier) {
      case CHEAP -> Tier.TIER_CHEAP;
      case STANDARD -> Tier.TIER_STANDARD;
      case QUALITY -> Tier.TIER_QUALITY;
    };
  }

  private static Duration duration(long nanos) {
    return Duration.newBuilder()
        .setSeconds(nanos / NANOS_PER_SECOND)
        .setNanos((int) (nanos % NANOS_PER_SECOND))
        .build();
  }
}
