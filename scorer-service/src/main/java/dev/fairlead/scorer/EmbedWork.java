package dev.fairlead.scorer;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.onnx.encoder.Embedding;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import io.grpc.stub.StreamObserver;

/** One Embed call, some texts a step. Not thread-safe: its steps follow one another. */
final class EmbedWork implements ComputePool.Work {

  private final EmbedRequest request;
  private final StreamObserver<EmbedResponse> observer;
  private final TextScorer scorer;
  private final ComputeTimers timers;
  private final int batchSize;
  private final EmbedResponse.Builder response = EmbedResponse.newBuilder();

  EmbedWork(
      EmbedRequest request,
      StreamObserver<EmbedResponse> observer,
      TextScorer scorer,
      ComputeTimers timers,
      int batchSize) {
    this.request = request;
    this.observer = observer;
    this.scorer = scorer;
    this.timers = timers;
    this.batchSize = batchSize;
  }

  @Override
  public boolean step() {
    int end = Math.min(request.getTextsCount(), response.getEmbeddingsCount() + batchSize);
    for (int i = response.getEmbeddingsCount(); i < end; i++) {
      String text = request.getTexts(i);
      response.addEmbeddings(encode(timers.embed().record(() -> scorer.embed(text))));
    }
    if (end < request.getTextsCount()) {
      return true;
    }
    observer.onNext(response.setModelFingerprint(scorer.embedFingerprint()).build());
    observer.onCompleted();
    return false;
  }

  @Override
  public void dropped(Failure failure) {
    observer.onError(FailureStatus.toStatus(failure));
  }

  private static dev.fairlead.v1.Embedding encode(Embedding embedding) {
    dev.fairlead.v1.Embedding.Builder builder =
        dev.fairlead.v1.Embedding.newBuilder()
            .setTokenCount(embedding.tokenCount())
            .setTruncated(embedding.truncated());
    for (float value : embedding.values()) {
      builder.addValues(value);
    }
    return builder.build();
  }
}
