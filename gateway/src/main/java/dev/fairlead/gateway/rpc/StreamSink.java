package dev.fairlead.gateway.rpc;

import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.AnswerHead;
import dev.fairlead.gateway.pipeline.AnswerSink;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import dev.fairlead.gateway.pipeline.StreamPiece;
import dev.fairlead.v1.StreamGenerateResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Answers a streamed gRPC call; the transport's readiness is the back-pressure. */
final class StreamSink implements AnswerSink {

  private final ServerCallStreamObserver<StreamGenerateResponse> call;
  private final String requestId;
  private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

  StreamSink(ServerCallStreamObserver<StreamGenerateResponse> call, String requestId) {
    this.call = call;
    this.requestId = requestId;
    call.setOnReadyHandler(this::resume);
    // Cancellation is the context's: without a handler the observer would throw on the next message
    // instead.
    call.setOnCancelHandler(this::resume);
  }

  @Override
  public void begin(AnswerHead head) {
    call.onNext(StreamGenerateResponse.newBuilder().setStarted(Outcomes.started(head)).build());
  }

  @Override
  public void piece(StreamPiece piece) {
    if (piece instanceof StreamPiece.Delta delta && !call.isCancelled()) {
      call.onNext(StreamGenerateResponse.newBuilder().setDelta(delta.delta()).build());
    }
  }

  @Override
  public void whenReady(Runnable next) {
    if (call.isReady()) {
      next.run();
      return;
    }
    waiting.set(next);
    if (call.isReady()) {
      resume();
    }
  }

  private void resume() {
    Runnable next = waiting.getAndSet(null);
    if (next != null) {
      next.run();
    }
  }

  @Override
  public void complete(Answer answer) {
    if (!call.isCancelled()) {
      call.onNext(StreamGenerateResponse.newBuilder().setCompleted(Outcomes.of(answer)).build());
      call.onCompleted();
    }
  }

  @Override
  public void fail(FailedAnswer failed) {
    if (!call.isCancelled()) {
      call.onError(FailureStatus.toStatus(failed.failure()));
    }
  }

  @Override
  public String toString() {
    return "stream of " + requestId;
  }
}
