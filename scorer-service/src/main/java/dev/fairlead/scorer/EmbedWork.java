package dev.fairlead.scorer;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.onnx.encoder.Embedding;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One Embed call, some texts a step. Threads that have nothing else to do help: whoever is free
 * takes the next texts, and whoever computes the last ones answers. Thread-safe.
 */
final class EmbedWork {

  private final EmbedRequest request;
  private final StreamObserver<EmbedResponse> observer;
  private final TextScorer scorer;
  private final ComputeTimers timers;
  private final int batchSize;
  private final int batches;
  private final AtomicReferenceArray<dev.fairlead.v1.Embedding> embeddings;
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger computed = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();

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
    this.batches = (request.getTextsCount() + batchSize - 1) / batchSize;
    this.embeddings = new AtomicReferenceArray<>(request.getTextsCount());
  }

  /**
   * Lets the call in, with as many helpers as have room at once.
   *
   * @throws dev.fairlead.common.failure.FailureException when threads and queue are full
   */
  void start(ComputePool pool) {
    pool.admit(new Part());
    for (int helper = 1; helper < batches && pool.admitIfIdle(new Part()); helper++) {
      // Each is let in by the condition.
    }
  }

  /** What one thread at a time does of it. */
  private final class Part implements ComputePool.Work {

    @Override
    public boolean step() {
      int batch = over.get() ? batches : taken.getAndIncrement();
      if (batch >= batches) {
        return false;
      }
      int end = Math.min(request.getTextsCount(), (batch + 1) * batchSize);
      for (int i = batch * batchSize; i < end; i++) {
        String text = request.getTexts(i);
        embeddings.set(i, encode(timers.embed().record(() -> scorer.embed(text))));
      }
      if (computed.incrementAndGet() == batches && over.compareAndSet(false, true)) {
        answer();
      }
      return taken.get() < batches;
    }

    @Override
    public void dropped(Failure failure) {
      if (over.compareAndSet(false, true)) {
        observer.onError(FailureStatus.toStatus(failure));
      }
    }
  }

  private void answer() {
    EmbedResponse.Builder response =
        EmbedResponse.newBuilder().setModelFingerprint(scorer.embedFingerprint());
    for (int i = 0; i < embeddings.length(); i++) {
      response.addEmbeddings(embeddings.get(i));
    }
    observer.onNext(response.build());
    observer.onCompleted();
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
