package dev.fairlead.gateway.cache;

import com.linecorp.armeria.client.circuitbreaker.CircuitBreaker;
import dev.fairlead.gateway.upstream.DependencyBreaker;
import dev.fairlead.gateway.upstream.UnaryResult;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.FlushResponse;
import dev.fairlead.v1.GetStatsRequest;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.LeaseAbandoned;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import dev.fairlead.v1.ReportOutcomeRequest;
import dev.fairlead.v1.StoreRequest;
import dev.fairlead.v1.StoreResponse;
import io.grpc.Channel;
import io.grpc.Status;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache service within a time-box. While it does not answer, a circuit breaker spares requests
 * the wait. Thread-safe; callbacks come on the transport's thread.
 */
public final class CacheClient {

  private static final Logger logger = LoggerFactory.getLogger(CacheClient.class);

  private static final Throwable NOT_ASKED =
      Status.UNAVAILABLE
          .withDescription("the cache's circuit breaker is open")
          .asRuntimeException();

  private final String leasePrefix = UUID.randomUUID() + "-";
  private final AtomicLong leases = new AtomicLong();
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

  /**
   * An id for a lease, which nobody else uses. Whoever does not hear the answer to a lookup can give
   * back by it what may have been granted.
   */
  public String newLeaseId() {
    return leasePrefix + leases.incrementAndGet();
  }

  /** Whether a lookup that failed was sent, so that it may have been granted a lease. */
  public static boolean asked(Throwable failure) {
    return failure != NOT_ASKED;
  }

  /** A lookup that waits for nobody. {@code failed} means a miss. */
  public void lookup(
      LookupRequest request, Consumer<LookupResponse> found, Consumer<Throwable> failed) {
    if (!breaker.tryRequest()) {
      failed.accept(NOT_ASKED);
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

  /**
   * Keeps an answer; {@code done} comes within the time-box, whatever became of it. A lease ends
   * with it, also when the answer could not be told.
   */
  public void store(StoreRequest request, Runnable done) {
    if (!breaker.tryRequest()) {
      giveBack(request);
      done.run();
      return;
    }
    Consumer<StoreResponse> stored =
        response -> {
          breaker.onSuccess();
          done.run();
        };
    stub.withDeadlineAfter(timeBox.toNanos(), TimeUnit.NANOSECONDS)
        .store(request, new UnaryResult<>(stored, error -> failed(error, ignored -> {
          // One that is only late is being stored, and ends the lease by itself.
          if (Status.fromThrowable(error).getCode() == Status.Code.UNAVAILABLE) {
            giveBack(request);
          }
          done.run();
        })));
  }

  private void giveBack(StoreRequest unheard) {
    if (!unheard.getLeaseId().isEmpty()) {
      report(
          ReportOutcomeRequest.newBuilder()
              .setLeaseAbandoned(
                  LeaseAbandoned.newBuilder()
                      .setScope(unheard.getScope())
                      .setFingerprint(unheard.getFingerprint())
                      .setLeaseId(unheard.getLeaseId()))
              .build());
    }
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
