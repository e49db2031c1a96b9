package dev.fairlead.gateway.pipeline;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.telemetry.GenAi;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;

/** What a request's own span tells of its end, beside what its door says. */
final class RequestSpan {

  private static final AttributeKey<Double> COST_USD = AttributeKey.doubleKey("fairlead.cost_usd");
  private static final AttributeKey<Double> SAVED_USD =
      AttributeKey.doubleKey("fairlead.saved_usd");
  private static final double NANOS_PER_USD = 1e9;

  private RequestSpan() {}

  static void answered(Span span, Answer answer) {
    if (span.isRecording()) {
      AnswerHead head = answer.head();
      span.setAttribute(StepSpans.MODEL, head.modelId());
      span.setAttribute(StepSpans.POLICY, head.policy());
      span.setAttribute(StepSpans.REASON, head.reason());
      span.setAttribute(StepSpans.CACHE, head.cache().label());
      span.setAttribute(COST_USD, answer.settlement().costNanoUsd() / NANOS_PER_USD);
      span.setAttribute(SAVED_USD, answer.settlement().savedNanoUsd() / NANOS_PER_USD);
    }
  }

  /** Says it also where a stream had begun with 200; what is the caller's own fault is no error. */
  static void failed(Span span, Failure failure) {
    if (span.isRecording() && ours(failure)) {
      span.setStatus(StatusCode.ERROR);
      span.setAttribute(GenAi.ERROR_TYPE, failure.reason());
    }
  }

  private static boolean ours(Failure failure) {
    return switch (failure) {
      case Failure.Overloaded overloaded -> true;
      case Failure.UpstreamUnavailable unavailable -> true;
      case Failure.UpstreamMalformed malformed -> true;
      case Failure.Timeout timeout -> true;
      case Failure.Internal internal -> true;
      case Failure.InvalidRequest invalid -> false;
      case Failure.Unauthenticated unknown -> false;
      case Failure.Forbidden forbidden -> false;
      case Failure.UnknownModel unknown -> false;
      case Failure.RateLimited limited -> false;
      case Failure.BudgetExceeded exceeded -> false;
      case Failure.UpstreamRejected rejected -> false;
      case Failure.Cancelled cancelled -> false;
      case Failure.NoCandidate none -> false;
    };
  }
}
