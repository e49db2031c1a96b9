package dev.fairlead.gateway.scoring;

import com.linecorp.armeria.client.circuitbreaker.CircuitBreaker;
import dev.fairlead.gateway.upstream.DependencyBreaker;
import dev.fairlead.gateway.upstream.UnaryResult;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.Embedding;
import dev.fairlead.v1.LabelOrigin;
import dev.fairlead.v1.LearnRequest;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scorer service within a time-box. While it does not answer, a circuit breaker spares requests
 * the wait. Thread-safe; callbacks come on the transport's thread.
 */
public final class ScorerClient {

  /** Of an embedding. */
  public static final int DIMENSIONS = 384;

  private static final Logger logger = LoggerFactory.getLogger(ScorerClient.class);
  private static final Duration LEARN_TIMEOUT = Duration.ofSeconds(5);

  private final ScorerServiceGrpc.ScorerServiceStub stub;
  private final Duration timeBox;
  private final CircuitBreaker breaker;

  /** A client over {@code channel}. */
  public ScorerClient(Channel channel, Duration timeBox) {
    this.stub = ScorerServiceGrpc.newStub(channel);
    this.timeBox = timeBox;
    this.breaker = DependencyBreaker.of("scorer");
  }

  /**
   * Complexity, by the tenant's own head where it has one, and embedding of a text. {@code failed}
   * means that the request goes on without them.
   */
  public void analyze(
      String tenant, String text, Consumer<AnalyzeResponse> analyzed, Consumer<Throwable> failed) {
    if (!breaker.tryRequest()) {
      failed.accept(
          Status.UNAVAILABLE
              .withDescription("the scorer's circuit breaker is open")
              .asRuntimeException());
      return;
    }
    AnalyzeRequest request =
        AnalyzeRequest.newBuilder().setTenant(tenant).setText(text).setWithEmbedding(true).build();
    stub.withDeadlineAfter(timeBox.toNanos(), TimeUnit.NANOSECONDS)
        .analyze(
            request,
            new UnaryResult<>(
                response -> {
                  if (usable(response)) {
                    breaker.onSuccess();
                    analyzed.accept(response);
                  } else {
                    breaker.onFailure();
                    failed.accept(unusable());
                  }
                },
                error -> {
                  if (Status.fromThrowable(error).getCode() != Status.Code.CANCELLED) {
                    breaker.onFailure();
                  }
                  failed.accept(error);
                }));
  }

  /** A broken model must neither choose a tier nor be compared with what the cache has. */
  private static boolean usable(AnalyzeResponse response) {
    boolean scored = share(response.getComplexity()) && share(response.getExpectedGain());
    for (int i = 0; scored && i < response.getEmbeddingCount(); i++) {
      scored = Float.isFinite(response.getEmbedding(i));
    }
    return scored;
  }

  private static boolean share(double value) {
    return value >= 0 && value <= 1;
  }

  /**
   * How much better the baseline's answer to a text was than a cheaper one.
   *
   * @param gain -1 to 1
   * @param propensity probability with which such a text has such an answer, above 0 to 1
   */
  public record Label(
      String tenant, String text, double gain, double propensity, LabelOrigin origin) {

    /** Without the text. */
    @Override
    public String toString() {
      return "Label[" + tenant + ", " + gain + ", " + propensity + ", " + origin + "]";
    }
  }

  /** Tells a label. One that gets lost costs a little evidence, so nobody waits for it. */
  public void learn(Label label) {
    LearnRequest request =
        LearnRequest.newBuilder()
            .setTenant(label.tenant())
            .setText(label.text())
            .setGain(label.gain())
            .setPropensity(label.propensity())
            .setOrigin(label.origin())
            .build();
    Context.ROOT.run(() ->
        stub.withDeadlineAfter(LEARN_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
            .learn(
                request,
                new UnaryResult<>(
                    response -> {}, error -> logger.debug("a label was not taken", error))));
  }

  /**
   * Embeddings of texts, under the request's own deadline: one a text, of {@link #DIMENSIONS}
   * finite numbers, or else {@code failed}.
   */
  public void embed(
      EmbedRequest request, Consumer<EmbedResponse> embedded, Consumer<Throwable> failed) {
    embed(stub, request, embedded, failed);
  }

  /** The same within a time of its own, for who has no request whose deadline would end it. */
  public void embed(
      EmbedRequest request,
      Duration timeout,
      Consumer<EmbedResponse> embedded,
      Consumer<Throwable> failed) {
    embed(stub.withDeadlineAfter(timeout), request, embedded, failed);
  }

  private static void embed(
      ScorerServiceGrpc.ScorerServiceStub stub,
      EmbedRequest request,
      Consumer<EmbedResponse> embedded,
      Consumer<Throwable> failed) {
    stub.embed(
        request,
        new UnaryResult<>(
            response -> {
              if (usable(response, request.getTextsCount())) {
                embedded.accept(response);
              } else {
                failed.accept(unusable());
              }
            },
            failed));
  }

  private static boolean usable(EmbedResponse response, int count) {
    return response.getEmbeddingsCount() == count
        && response.getEmbeddingsList().stream().allMatch(ScorerClient::usable);
  }

  private static boolean usable(Embedding embedding) {
    boolean usable = embedding.getValuesCount() == DIMENSIONS;
    for (int i = 0; usable && i < DIMENSIONS; i++) {
      usable = Float.isFinite(embedding.getValues(i));
    }
    return usable;
  }

  private static RuntimeException unusable() {
    return Status.INTERNAL
        .withDescription("the scorer answered with no usable numbers")
        .asRuntimeException();
  }
}
