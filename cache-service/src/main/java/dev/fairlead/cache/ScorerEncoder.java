package dev.fairlead.cache;

import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.verify.TextEncoder;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The scorer service as an encoder. Requests of users need the scorer too and go first: only a few
 * calls are under way at a time, and any beyond them fail at once.
 */
final class ScorerEncoder implements TextEncoder {

  private static final int MAX_UNDER_WAY = 2;

  private final ScorerServiceGrpc.ScorerServiceStub stub;
  private final Duration timeBox;
  private final Semaphore free = new Semaphore(MAX_UNDER_WAY);

  ScorerEncoder(Channel channel, Duration timeBox) {
    this.stub = ScorerServiceGrpc.newStub(channel);
    this.timeBox = timeBox;
  }

  @Override
  public CompletableFuture<List<Embedding>> encode(List<String> texts) {
    if (!free.tryAcquire()) {
      return CompletableFuture.failedFuture(
          Status.RESOURCE_EXHAUSTED.withDescription("encoder busy").asRuntimeException());
    }
    CompletableFuture<List<Embedding>> vectors = new CompletableFuture<>();
    var unused = vectors.whenComplete((done, error) -> free.release());
    EmbedRequest request = EmbedRequest.newBuilder().addAllTexts(texts).build();
    // The end of the report that asks for it must not cut this call short.
    Context.ROOT.run(() ->
        stub.withDeadlineAfter(timeBox.toNanos(), TimeUnit.NANOSECONDS)
            .embed(request, new Vectors(texts.size(), vectors)));
    return vectors;
  }

  /** Turns the answer into vectors; anything else than one each is a failure. */
  private record Vectors(int expected, CompletableFuture<List<Embedding>> vectors)
      implements StreamObserver<EmbedResponse> {

    @Override
    public void onNext(EmbedResponse response) {
      if (response.getEmbeddingsCount() != expected) {
        onError(
            Status.INTERNAL
                .withDescription(
                    response.getEmbeddingsCount() + " vectors (expected: " + expected + ")")
                .asRuntimeException());
        return;
      }
      try {
        vectors.complete(
            response.getEmbeddingsList().stream().map(ScorerEncoder::embedding).toList());
      } catch (IllegalArgumentException e) {
        onError(e);
      }
    }

    @Override
    public void onError(Throwable error) {
      vectors.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      // Too late when there was an answer; without one this is a failure.
      onError(Status.INTERNAL.withDescription("no vectors").asRuntimeException());
    }
  }

  private static Embedding embedding(dev.fairlead.v1.Embedding message) {
    float[] values = new float[message.getValuesCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = message.getValues(i);
    }
    return Embedding.of(values);
  }
}
