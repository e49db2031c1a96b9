package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.console.RecentRequests;
import dev.fairlead.gateway.feedback.RecentAnswers;
import dev.fairlead.gateway.feedback.ServedAnswer;
import dev.fairlead.gateway.metrics.Operation;
import dev.fairlead.gateway.metrics.RouterMetrics;
import io.opentelemetry.api.trace.Span;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts a request at its end and frees its scope, whether it was answered by a call of its own or
 * by one that it shared; then lets its door know.
 */
final class SettledSink implements AnswerSink {

  private static final Logger logger = LoggerFactory.getLogger(SettledSink.class);

  private final RouterMetrics metrics;
  private final RecentAnswers recent;
  private final RecentRequests console;
  private final CallScope scope;
  private final String prompt;
  private final Operation operation;
  private final ServiceLevel level;
  private final Receipt receipt;
  private final AnswerSink door;

  SettledSink(
      RouterMetrics metrics,
      RecentAnswers recent,
      RecentRequests console,
      CallScope scope,
      InferenceRequest request,
      ServiceLevel level,
      Receipt receipt,
      AnswerSink door) {
    this.metrics = metrics;
    this.recent = recent;
    this.console = console;
    this.scope = scope;
    this.prompt = request.facts().lastUserText();
    this.operation = Operation.of(request.form());
    this.level = level;
    this.receipt = receipt;
    this.door = door;
    metrics.requestStarted();
  }

  /** What the ledger is to know of the request. */
  Receipt receipt() {
    return receipt;
  }

  @Override
  public void begin(AnswerHead head) {
    door.begin(head);
  }

  @Override
  public void piece(StreamPiece piece) {
    door.piece(piece);
  }

  @Override
  public void whenReady(Runnable next) {
    door.whenReady(next);
  }

  private Span span() {
    return Span.fromContext(scope.trace());
  }

  /** A bucket names a request of which there is a trace. */
  private void inTrace(Runnable measurements) {
    if (span().getSpanContext().isSampled()) {
      scope.run(measurements);
    } else {
      measurements.run();
    }
  }

  @Override
  public void complete(Answer told) {
    boolean met = level.met(told.settlement());
    Answer answer = told.ended(met);
    apart(() -> inTrace(() -> measure(answer, met)));
    apart(() -> remember(answer));
    scope.close();
    apart(() -> receipt.answered(answer));
    try {
      door.complete(answer);
    } catch (RuntimeException | Error e) {
      logger.error("request {} could not be told its answer", scope.requestId(), e);
      door.fail(FailedAnswer.of(FailureStatus.fromThrowable(e)));
    }
  }

  private void measure(Answer answer, boolean met) {
    metrics.completed(answer);
    metrics.answered(operation, answer);
    metrics.serviceLevel(met);
  }

  private void remember(Answer answer) {
    RequestSpan.answered(span(), answer);
    ServedEntry served = answer.servedEntry();
    recent.remember(
        new ServedAnswer(
            scope.requestId(),
            scope.tenant(),
            answer.head().modelId(),
            prompt,
            answer.settlement().expectation(),
            served == null ? null : served.scope(),
            served == null ? "" : served.id(),
            served == null ? ByteString.EMPTY : served.fingerprint()));
    console.completed(scope, answer);
  }

  @Override
  public void fail(FailedAnswer failed) {
    Failure failure = failed.failure();
    apart(() -> inTrace(() -> measure(failed)));
    apart(() -> {
      RequestSpan.failed(span(), failure);
      console.failed(scope, failed);
    });
    scope.close();
    apart(() -> receipt.failed(failed));
    door.fail(failed);
  }

  private void measure(FailedAnswer failed) {
    metrics.failed(failed.modelId(), failed.failure(), scope.elapsedNanos());
    metrics.refused(operation, failed.modelId(), scope.elapsedNanos());
    if (!(failed.failure() instanceof Failure.Cancelled)) {
      metrics.serviceLevel(false);
    }
  }

  /** What goes wrong in the books is no reason to leave the caller without an answer. */
  private void apart(Runnable entry) {
    try {
      entry.run();
    } catch (RuntimeException | Error e) {
      logger.error("the end of request {} was not noted in full", scope.requestId(), e);
    }
  }
}
