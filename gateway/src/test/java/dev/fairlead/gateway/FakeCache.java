package dev.fairlead.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.FlushResponse;
import dev.fairlead.v1.GetStatsRequest;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.Lease;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import dev.fairlead.v1.ReportOutcomeRequest;
import dev.fairlead.v1.ReportOutcomeResponse;
import dev.fairlead.v1.StoreRequest;
import dev.fairlead.v1.StoreResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An exact cache of its own, without expiry. */
public final class FakeCache extends CacheServiceGrpc.CacheServiceImplBase {
  public volatile boolean away;
  public volatile boolean semanticPossible;
  public volatile @Nullable CacheHit semanticHit;

  /** The next exact hit is stale and carries a lease to refresh with. */
  public final AtomicBoolean staleOnce = new AtomicBoolean();

  /** When the entry of an exact hit was stored; null says nothing of it. */
  public volatile @Nullable Timestamp storedAt;

  public final Map<String, StoreRequest> stored = new ConcurrentHashMap<>();
  public final List<LookupRequest> lookups = new CopyOnWriteArrayList<>();
  public final List<ReportOutcomeRequest> reports = new CopyOnWriteArrayList<>();
  public final AtomicInteger openLeases = new AtomicInteger();
  private final Set<String> leases = ConcurrentHashMap.newKeySet();

  /** Lookups grant what they grant, but nobody hears of it. */
  public volatile boolean mute;

  @Override
  public void lookup(LookupRequest request, StreamObserver<LookupResponse> observer) {
    lookups.add(request);
    if (away) {
      observer.onError(Status.UNAVAILABLE.asRuntimeException());
      return;
    }
    LookupResponse found = find(request);
    if (mute) {
      return;
    }
    observer.onNext(found);
    observer.onCompleted();
  }

  private LookupResponse find(LookupRequest request) {
    StoreRequest entry = stored.get(key(request.getFingerprint()));
    if (entry != null) {
      CacheHit.Builder hit =
          CacheHit.newBuilder()
              .setKind(CacheHit.Kind.KIND_EXACT)
              .setEntryId("entry-1")
              .setAnswer(entry.getAnswer());
      Timestamp told = storedAt;
      if (told != null) {
        hit.setStoredAt(told);
      }
      if (request.getAcceptRefresh() && staleOnce.getAndSet(false)) {
        hit.setKind(CacheHit.Kind.KIND_STALE).setRefresh(granted(request));
      }
      return LookupResponse.newBuilder().setHit(hit).build();
    }
    CacheHit near = semanticHit;
    if (near != null && request.getEmbeddingCount() > 0) {
      return LookupResponse.newBuilder().setHit(near).build();
    }
    CacheMiss.Builder miss =
        CacheMiss.newBuilder()
            .setReason(CacheMiss.Reason.REASON_NOT_FOUND)
            .setSemanticPossible(semanticPossible && request.getSemanticEligible());
    if (request.getAcquireLease()) {
      miss.setLease(granted(request));
    }
    return LookupResponse.newBuilder().setMiss(miss).build();
  }

  private Lease.Builder granted(LookupRequest request) {
    leases.add(request.getLeaseId());
    openLeases.incrementAndGet();
    return Lease.newBuilder().setId(request.getLeaseId());
  }

  private void giveBack(String lease) {
    if (leases.remove(lease)) {
      openLeases.decrementAndGet();
    }
  }

  @Override
  public void store(StoreRequest request, StreamObserver<StoreResponse> observer) {
    giveBack(request.getLeaseId());
    stored.put(key(request.getFingerprint()), request);
    observer.onNext(StoreResponse.newBuilder().setStored(true).build());
    observer.onCompleted();
  }

  @Override
  public void reportOutcome(
      ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> observer) {
    reports.add(request);
    if (request.hasLeaseAbandoned()) {
      giveBack(request.getLeaseAbandoned().getLeaseId());
    }
    observer.onNext(ReportOutcomeResponse.getDefaultInstance());
    observer.onCompleted();
  }

  @Override
  public void flush(FlushRequest request, StreamObserver<FlushResponse> observer) {
    int removed = stored.size();
    stored.clear();
    observer.onNext(FlushResponse.newBuilder().setRemoved(removed).build());
    observer.onCompleted();
  }

  @Override
  public void getStats(GetStatsRequest request, StreamObserver<GetStatsResponse> observer) {
    observer.onNext(
        GetStatsResponse.newBuilder().setEntries(stored.size()).setStore("memory").build());
    observer.onCompleted();
  }

  public CachedAnswer only() {
    return stored.values().iterator().next().getAnswer();
  }

  private static String key(ByteString fingerprint) {
    return HexFormat.of().formatHex(fingerprint.toByteArray());
  }
}
