package dev.fairlead.cache;

import com.google.protobuf.Timestamp;
import dev.fairlead.cache.LookupResult.Hit;
import dev.fairlead.cache.LookupResult.Miss;
import dev.fairlead.cache.store.FlushFilter;
import dev.fairlead.cache.store.StoreUnavailableException;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.redis.RedisUnavailableException;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.CacheNeighbour;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.FlushResponse;
import dev.fairlead.v1.FreshAnswer;
import dev.fairlead.v1.GetStatsRequest;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.Lease;
import dev.fairlead.v1.LeaseAbandoned;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.ReportOutcomeRequest;
import dev.fairlead.v1.ReportOutcomeResponse;
import dev.fairlead.v1.StoreRequest;
import dev.fairlead.v1.StoreResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC entry: checks, calls, and puts results into messages. Handlers never block. */
final class CacheRpcService extends CacheServiceGrpc.CacheServiceImplBase {

  private static final Logger logger = LoggerFactory.getLogger(CacheRpcService.class);

  /** Left of a call's deadline for the answer's way back. */
  private static final Duration WAY_BACK = Duration.ofMillis(10);

  private static final Failure STORE_AWAY =
      new Failure.UpstreamUnavailable("the cache's store cannot be reached", 0, null);

  private final CacheRequests requests;
  private final Lookups lookups;
  private final Stores stores;
  private final Outcomes outcomes;
  private final Stats stats;
  private final InstantSource clock;

  CacheRpcService(
      CacheRequests requests,
      Lookups lookups,
      Stores stores,
      Outcomes outcomes,
      Stats stats,
      InstantSource clock) {
    this.requests = requests;
    this.lookups = lookups;
    this.stores = stores;
    this.outcomes = outcomes;
    this.stats = stats;
    this.clock = clock;
  }

  @Override
  public void lookup(LookupRequest request, StreamObserver<LookupResponse> observer) {
    ServerCallStreamObserver<LookupResponse> call =
        (ServerCallStreamObserver<LookupResponse>) observer;
    answer(
        observer,
        () -> {
          LookupQuery query = bounded(requests.lookup(request));
          CompletableFuture<LookupResult> result = lookups.lookup(query);
          // The handler of a cancelled call gives back what it was granted too late to be used.
          call.setOnCancelHandler(() -> {
            var unused = result.thenAccept(granted -> giveBack(query, granted));
          });
          return result;
        },
        CacheRpcService::toMessage);
  }

  private static LookupQuery bounded(LookupQuery query) {
    Deadline deadline = Context.current().getDeadline();
    if (deadline == null || query.patience().isZero()) {
      return query;
    }
    Duration left = Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)).minus(WAY_BACK);
    Duration wait = left.compareTo(query.patience()) < 0 ? left : query.patience();
    return query.withPatience(wait.isNegative() ? Duration.ZERO : wait);
  }

  private void giveBack(LookupQuery query, LookupResult result) {
    LookupResult.Grant granted =
        switch (result) {
          case Hit hit -> hit.refresh();
          case Miss miss -> miss.lease();
        };
    if (granted != null) {
      var unused = stores.abandon(query.key().id(), granted.leaseId());
    }
  }

  @Override
  public void store(StoreRequest request, StreamObserver<StoreResponse> observer) {
    answer(
        observer,
        () -> stores.store(request, requests.store(request)),
        kept ->
            StoreResponse.newBuilder()
                .setStored(kept.reason().isEmpty())
                .setEntryId(kept.entryId())
                .setReason(kept.reason())
                .build());
  }

  @Override
  public void reportOutcome(
      ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> observer) {
    answer(observer, () -> report(request), done -> ReportOutcomeResponse.getDefaultInstance());
  }

  private CompletableFuture<Void> report(ReportOutcomeRequest request) {
    return switch (request.getOutcomeCase()) {
      case LEASE_ABANDONED -> {
        LeaseAbandoned abandoned = request.getLeaseAbandoned();
        String id = requests.key(abandoned.getScope(), abandoned.getFingerprint()).id();
        CacheRequests.require(
            !abandoned.getLeaseId().isEmpty(), "lease_abandoned.lease_id", "empty", "a lease's id");
        yield stores.abandon(id, abandoned.getLeaseId());
      }
      case FRESH_ANSWER -> {
        FreshAnswer fresh = request.getFreshAnswer();
        double similarity = fresh.getSimilarity();
        CacheRequests.require(
            similarity >= -1 && similarity <= 1, "fresh_answer.similarity", similarity, "-1..1");
        yield outcomes.freshAnswer(requests.scope(fresh.getScope()), request);
      }
      case RATING -> {
        Rating rating = request.getRating();
        yield outcomes
            .rated(requests.rated(rating), request)
            .thenCompose(wrong ->
                wrong
                    ? stores.remove(rating.getEntryId())
                    : CompletableFuture.completedFuture(null));
      }
      case OUTCOME_NOT_SET ->
          throw Failure.InvalidRequest.of("outcome", "outcome: missing (expected: exactly one)")
              .asException();
    };
  }

  @Override
  public void flush(FlushRequest request, StreamObserver<FlushResponse> observer) {
    answer(
        observer,
        () -> stores.flush(filter(request)),
        removed -> FlushResponse.newBuilder().setRemoved(removed).build());
  }

  private FlushFilter filter(FlushRequest request) {
    Duration age = CacheRequests.notNegative("older_than", request.getOlderThan());
    Instant before = clock.instant().minus(age);
    return new FlushFilter(
        request.hasTenant() ? request.getTenant() : null,
        request.hasModel() ? request.getModel() : null,
        request.hasTag() ? request.getTag() : null,
        before);
  }

  @Override
  public void getStats(GetStatsRequest request, StreamObserver<GetStatsResponse> observer) {
    answer(observer, stats::snapshot, snapshot -> snapshot);
  }

  private static LookupResponse toMessage(LookupResult result) {
    return switch (result) {
      case Hit hit -> LookupResponse.newBuilder().setHit(toMessage(hit)).build();
      case Miss miss -> LookupResponse.newBuilder().setMiss(toMessage(miss)).build();
    };
  }

  private static CacheHit toMessage(Hit hit) {
    CacheHit.Builder message =
        CacheHit.newBuilder()
            .setKind(hit.kind())
            .setEntryId(hit.entry().id())
            .setAnswer(hit.entry().answer())
            .setSimilarity(hit.similarity())
            .setStoredAt(toProto(hit.entry().storedAt()));
    LookupResult.Grant refresh = hit.refresh();
    if (refresh != null) {
      message.setRefresh(toProto(refresh));
    }
    return message.build();
  }

  private static Lease toProto(LookupResult.Grant grant) {
    return Lease.newBuilder().setId(grant.leaseId()).setTtl(toProto(grant.ttl())).build();
  }

  private static CacheMiss toMessage(Miss miss) {
    CacheMiss.Builder message =
        CacheMiss.newBuilder()
            .setReason(miss.reason())
            .setSemanticPossible(miss.semanticPossible());
    LookupResult.Grant lease = miss.lease();
    if (lease != null) {
      message.setLease(toProto(lease));
    }
    LookupResult.Near near = miss.neighbour();
    if (near != null) {
      message.setNeighbour(
          CacheNeighbour.newBuilder().setEntryId(near.entryId()).setSimilarity(near.similarity()));
    }
    return message.build();
  }

  private static Timestamp toProto(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  private static com.google.protobuf.Duration toProto(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  private static <T, R> void answer(
      StreamObserver<R> observer, Supplier<CompletableFuture<T>> work, Function<T, R> toMessage) {
    CompletableFuture<T> result;
    try {
      result = work.get();
    } catch (FailureException e) {
      result = CompletableFuture.failedFuture(e);
    }
    var unused =
        result
            .thenApply(toMessage)
            .whenComplete((message, error) -> {
              if (error == null) {
                observer.onNext(message);
                observer.onCompleted();
              } else {
                observer.onError(FailureStatus.toStatus(failure(error)));
              }
            });
  }

  private static Failure failure(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    return switch (cause) {
      case FailureException known -> known.failure();
      case StoreUnavailableException away -> STORE_AWAY;
      case RedisUnavailableException away -> STORE_AWAY;
      default -> {
        logger.error("cache call failed", cause);
        yield new Failure.Internal("internal error");
      }
    };
  }
}
