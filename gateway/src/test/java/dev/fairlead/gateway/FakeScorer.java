package dev.fairlead.gateway;

import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.Embedding;
import dev.fairlead.v1.LearnRequest;
import dev.fairlead.v1.LearnResponse;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** Complexity by a function of the text; or away. */
public final class FakeScorer extends ScorerServiceGrpc.ScorerServiceImplBase {
  public volatile Function<String, Double> complexity = text -> 0.1;
  public volatile double expectedGain;

  /** Every text is longer than the encoder's window. */
  public volatile boolean truncated;

  public volatile boolean away;

  /** Embeddings never come. */
  public volatile boolean muteEmbeddings;

  /** What is wrong with the embeddings of an answer. */
  public volatile Consumer<EmbedResponse.Builder> breakEmbeddings = response -> {};

  public final AtomicInteger analyses = new AtomicInteger();
  public final List<LearnRequest> labels = new CopyOnWriteArrayList<>();

  @Override
  public void learn(LearnRequest request, StreamObserver<LearnResponse> observer) {
    labels.add(request);
    observer.onNext(LearnResponse.newBuilder().setAccepted(true).build());
    observer.onCompleted();
  }

  @Override
  public void analyze(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
    analyses.incrementAndGet();
    if (away) {
      observer.onError(Status.UNAVAILABLE.asRuntimeException());
      return;
    }
    observer.onNext(
        AnalyzeResponse.newBuilder()
            .setComplexity(complexity.apply(request.getText()))
            .setExpectedGain(expectedGain)
            .addAllEmbedding(List.of(1f, 0f))
            .setModelFingerprint("fake")
            .setTruncated(truncated)
            .build());
    observer.onCompleted();
  }

  @Override
  public void embed(EmbedRequest request, StreamObserver<EmbedResponse> observer) {
    if (muteEmbeddings) {
      return;
    }
    EmbedResponse.Builder response = EmbedResponse.newBuilder();
    for (String text : request.getTextsList()) {
      response.addEmbeddings(
          Embedding.newBuilder()
              .addValues(text.length())
              .addValues(0.5f)
              .addAllValues(Collections.nCopies(382, 0f))
              .setTokenCount(text.length()));
    }
    breakEmbeddings.accept(response);
    observer.onNext(response.build());
    observer.onCompleted();
  }
}
