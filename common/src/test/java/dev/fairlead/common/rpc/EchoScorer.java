package dev.fairlead.common.rpc;

import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicInteger;

/** A service of the contracts that says who it is, or answers as it is told. */
class EchoScorer extends ScorerServiceGrpc.ScorerServiceImplBase {

  final AtomicInteger calls = new AtomicInteger();
  private final String name;

  EchoScorer(String name) {
    this.name = name;
  }

  @Override
  public void analyze(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
    calls.incrementAndGet();
    answer(request, observer);
  }

  /** Overridden by tests that want another answer. */
  void answer(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
    observer.onNext(AnalyzeResponse.newBuilder().setModelFingerprint(name).build());
    observer.onCompleted();
  }
}
