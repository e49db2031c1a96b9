package dev.fairlead.gateway.rpc;

import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import dev.fairlead.gateway.pipeline.WholeAnswerSink;
import dev.fairlead.v1.GenerateResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Answers a unary gRPC call. */
final class UnarySink extends WholeAnswerSink {

  private final StreamObserver<GenerateResponse> observer;

  UnarySink(StreamObserver<GenerateResponse> observer) {
    this.observer = observer;
    if (observer instanceof ServerCallStreamObserver<GenerateResponse> call) {
      // Cancellation is the context's; without a handler the answer to a caller that has gone would
      // throw.
      call.setOnCancelHandler(() -> {});
    }
  }

  @Override
  public void complete(Answer answer) {
    GenerateResponse.Builder response =
        GenerateResponse.newBuilder().setOutcome(Outcomes.of(answer));
    if (answer.chat() != null) {
      response.setChat(answer.chat());
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  @Override
  public void fail(FailedAnswer failed) {
    observer.onError(FailureStatus.toStatus(failed.failure()));
  }
}
