package dev.fairlead.gateway.cache;

import com.linecorp.armeria.client.circuitbreaker.CircuitBreaker;
import dev.fairlead.gateway.upstream.DependencyBreaker;
import dev.fairlead.gateway.upstream.UnaryResult;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.FlushResponse;
import dev.fairlead.v1.GetStatsRequest;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import dev.fairlead.v1.ReportOutcomeRequest;
import dev.fairlead.v1.StoreRequest;
import dev.fairlead.v1.StoreResponse;
import io.grpc.Channel;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache service within a time-box. While it does not answer, a circuit breaker spares requests
 * the wait. Thread-safe; callbacks come on the transport's thread.
 */
public final class CacheClient {

  private static final Logger logger = LoggerFactory.getLogger(CacheClient.class);

  private final CacheServiceGrpc.CacheServiceStub stub;
  private final Duration timeBox;
  private final CircuitBreaker breaker;
  private volatile boolean semanticLikely = true;

  /** A client over {@code channel}. */
  public CacheClient(Channel channel, Duration timeBox) {
    this.stub = CacheServiceGrpc.newStub(channel);
    this.timeBox = timeBox;
    this.breaker = DependencyBreaker.of("cache");
  }

  /**
   * Whether the service wanted an embedding the last time it was asked about an eligible request.
   */
  public boolean semanticLikely() {
    return semanticLikely;
  }

  /** A lookup that waits for nobody. {@code failed} means a miss. */
  public void lookup(
      LookupRequest request, Consumer<LookupResponse> found, Consumer<Throwable> failed) {
    if (!breaker.tryRequest()) {
      failed.accept(
          Status.UNAVAILABLE
              .withDescription("the cache's circuit breaker is open")
              .asRuntimeException());
      return;
    }
    Consumer<LookupResponse> learned =
        response -> {
          breaker.onSuccess();
          boolean asked = request.getSemanticEligible() && request.getEmbeddingCount() == 0;
          if (asked && response.hasMiss()) {
            semanticLikely = response.getMiss().getSemanticPossible();
          }
          found.accept(response);
        };
    stub.withDeadlineAfter(timeBox.toNanos(), TimeUnit.NANOSECONDS)
        .lookup(request, new UnaryResult<>(learned, error -> failed(error, failed)));
  }

  /**
   * A lookup that waits for the holder of a lease, at most {@code wait}. {@code failed} means a
   * miss.
   */
  public void await(
      LookupRequest request,
      Duration wait,
      Consumer<LookupResponse> found,
      Consumer<Throwable> failed) {
    LookupRequest waiting =
        request.toBuilder()
            .setAcquireLease(true)
            .setWaitForLeader(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(wait.getSeconds())
                    .setNanos(wait.getNano()))
            .build();
    stub.withDeadlineAfter(wait.plus(timeBox).toNanos(), TimeUnit.NANOSECONDS)
        .lookup(waiting, new UnaryResult<>(found, error -> failed(error, failed)));
  }

  /** Keeps an answer; {@code done} comes within the time-box, whatever became of it. */
  public void store(StoreRequest request, Runnable done) {
    if (!breaker.tryRequest()) {
      done.run();
      return;
    }
    Consumer<StoreResponse> stored =
        response -> {
          breaker.onSuccess();
          done.run();
        };
    stub.withDeadlineAfter(timeBox.toNanos(), TimeUnit.NANOSECONDS)
        .store(request, new UnaryResult<>(stored, error -> failed(error, ignored -> done.run())));
  }

  /** Tells what became of a lease or an answer; nobody waits for it. */
  public void report(ReportOutcomeRequest request) {
    stub.withDeadlineAfter(timeBox.toNanos() * 10, TimeUnit.NANOSECONDS)
        .reportOutcome(
            request,
            new UnaryResult<>(
                reported -> {},
                error -> logger.debug("outcome not reported: {}", error.getMessage())));
  }

  /** Forgets entries, under the caller's deadline. */
  public void flush(
      FlushRequest request, Consumer<FlushResponse> flushed, Consumer<Throwable> failed) {
    stub.withDeadlineAfter(30, TimeUnit.SECONDS).flush(request, new UnaryResult<>(flushed, failed));
  }

  /** Counters and sizes. */
  public void stats(Consumer<GetStatsResponse> counted, Consumer<Throwable> failed) {
    stub.withDeadlineAfter(5, TimeUnit.SECONDS)
        .getStats(GetStatsRequest.getDefaultInstance(), new UnaryResult<>(counted, failed));
  }

  private void failed(Throwable error, Consumer<Throwable> then) {
    if (Status.fromThrowable(error).getCode() != Status.Code.CANCELLED) {
      breaker.onFailure();
    }
    then.accept(error);
  }
}
