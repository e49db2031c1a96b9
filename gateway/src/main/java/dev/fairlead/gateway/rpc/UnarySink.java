package dev.fairlead.gateway.rpc;

import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.AnswerHead;
import dev.fairlead.gateway.pipeline.AnswerSink;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import dev.fairlead.gateway.pipeline.StreamPiece;
import dev.fairlead.v1.GenerateResponse;
import io.grpc.stub.StreamObserver;

/** Answers a unary gRPC call. */
record UnarySink(StreamObserver<GenerateResponse> observer, String requestId)
    implements AnswerSink {

  @Override
  public void begin(AnswerHead head) {
    throw new IllegalStateException("not streamed");
  }

  @Override
  public void piece(StreamPiece piece) {
    throw new IllegalStateException("not streamed");
  }

  @Override
  public void whenReady(Runnable next) {
    next.run();
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
