package dev.fairlead.cache;

import dev.fairlead.cache.CacheCounters.Count;
import dev.fairlead.cache.index.IndexedEntry;
import dev.fairlead.cache.index.VectorStore;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.cache.store.EntryCodec;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.FlushFilter;
import dev.fairlead.cache.verify.AnswerDigest;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.StoreRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The life of an answer: kept, found by vector, told to those who wait and to the other replicas,
 * and forgotten.
 */
final class Stores {

  private final CacheConfig config;
  private final EntryStore store;
  private final VectorStore vectors;
  private final CoveredEntries covered;
  private final SingleFlight flights;
  private final ChangeFeed feed;
  private final CacheCounters counters;
  private final InstantSource clock;
  private final DoubleSupplier random;

  /** What became of an answer: an id, or a reason why not. */
  record Kept(String entryId, String reason) {
    static Kept not(String reason) {
      return new Kept("", reason);
    }
  }

  Stores(
      CacheConfig config,
      EntryStore store,
      VectorStore vectors,
      CoveredEntries covered,
      SingleFlight flights,
      ChangeFeed feed,
      CacheCounters counters,
      InstantSource clock,
      DoubleSupplier random) {
    this.config = config;
    this.store = store;
    this.vectors = vectors;
    this.covered = covered;
    this.flights = flights;
    this.feed = feed;
    this.counters = counters;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Keeps the answer of a checked request. Those who wait for it get it even when the store is
   * away.
   *
   * @param ttl asked for; null means the configured one
   */
  CompletableFuture<Kept> store(StoreRequest request, @Nullable Duration ttl) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    CacheEntry entry = EntryCodec.fromMessage(searchable(request), now, now.plus(jittered(ttl)));
    Optional<String> refusal = refusal(request);
    if (refusal.isPresent()) {
      return refuse(entry, request.getLeaseId(), refusal.get());
    }
    return store
        .put(entry)
        .handle((done, error) -> {
          if (error != null) {
            tellFreed(entry.id(), request.getLeaseId());
          }
          flights.stored(entry.id(), request.getLeaseId(), Optional.of(entry));
          return error == null
              ? remember(entry).thenApply(told -> new Kept(entry.id(), ""))
              : CompletableFuture.completedFuture(Kept.not("store_unavailable"));
        })
        .thenCompose(kept -> kept);
  }

  private CompletableFuture<Void> remember(CacheEntry entry) {
    counters.increment(Count.STORES);
    return indexed(entry).thenAccept(done -> feed.publish(new Change.Stored(entry.id())));
  }

  /** Makes the entry's vector findable, in place of any older one; never fails. */
  CompletableFuture<Void> indexed(CacheEntry entry) {
    if (entry.embedding() == null || !config.semantic() || covered.contains(entry.id())) {
      return vectors.remove(entry.id());
    }
    IndexedEntry indexed = IndexedEntry.of(entry, AnswerDigest.of(entry.answer().getText()));
    // It may fail because another writer of the scope came first with another dimension, or because
    // Redis is away: this entry is then found exactly only.
    return vectors
        .put(indexed)
        .handle((done, error) ->
            error == null
                ? CompletableFuture.<Void>completedFuture(null)
                : vectors.remove(entry.id()).exceptionally(failure -> null))
        .thenCompose(done -> done);
  }

  /** Another replica found that an entry need not be found by vector. */
  void coveredElsewhere(String id) {
    covered.addElsewhere(id);
  }

  /** Without what a search would need when the entry is not to be found by one. */
  private StoreRequest searchable(StoreRequest request) {
    boolean findable = config.semantic() && request.getText().length() <= config.maxTextChars();
    return findable
        ? request
        : request.toBuilder().clearEmbedding().clearModelFingerprint().build();
  }

  private Duration jittered(@Nullable Duration asked) {
    Duration ttl = asked == null ? config.ttl() : asked;
    Duration bounded = ttl.compareTo(config.maxTtl()) > 0 ? config.maxTtl() : ttl;
    long millis = Math.round(bounded.toMillis() * (1 - config.ttlJitter() * random.getAsDouble()));
    return Duration.ofMillis(Math.max(1, millis));
  }

  private Optional<String> refusal(StoreRequest request) {
    if (!config.enabled()) {
      return Optional.of("disabled");
    }
    if (!cleanlyFinished(request.getAnswer().getFinishReason())) {
      return Optional.of("unclean_finish");
    }
    boolean tooLarge = request.getAnswer().getSerializedSize() > config.maxEntryBytes();
    return tooLarge ? Optional.of("too_large") : Optional.empty();
  }

  private static boolean cleanlyFinished(FinishReason reason) {
    return switch (reason) {
      case FINISH_REASON_UNSPECIFIED, FINISH_REASON_STOP -> true;
      case FINISH_REASON_LENGTH,
          FINISH_REASON_TOOL_CALLS,
          FINISH_REASON_CONTENT_FILTER,
          FINISH_REASON_REFUSAL,
          UNRECOGNIZED ->
          false;
    };
  }

  /**
   * A whole answer that is only not to be kept can still be shared; one that did not end cleanly
   * lets the next one try.
   */
  private CompletableFuture<Kept> refuse(CacheEntry entry, String leaseId, String reason) {
    if (reason.equals("unclean_finish")) {
      return abandon(entry.id(), leaseId).thenApply(released -> Kept.not(reason));
    }
    flights.stored(entry.id(), leaseId, Optional.of(entry));
    tellFreed(entry.id(), leaseId);
    return CompletableFuture.completedFuture(Kept.not(reason));
  }

  /** Those who wait on other replicas cannot have this answer; one of them may make its own. */
  private void tellFreed(String id, String leaseId) {
    if (!leaseId.isEmpty()) {
      feed.publish(new Change.LeaseFreed(id, leaseId));
    }
  }

  /** The holder of a lease gives up. */
  CompletableFuture<Void> abandon(String id, String leaseId) {
    if (leaseId.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return flights
        .abandon(id, leaseId)
        .thenAccept(held -> {
          if (held) {
            tellFreed(id, leaseId);
          }
        });
  }

  /** Forgets an entry everywhere. */
  CompletableFuture<Void> remove(String id) {
    return vectors
        .remove(id)
        .thenCompose(done -> {
          feed.publish(new Change.Removed(id));
          return store.remove(id).handle((removed, error) -> null);
        });
  }

  /**
   * Forgets everything that matches, everywhere; how many entries. Fails when the store cannot be
   * reached.
   */
  CompletableFuture<Long> flush(FlushFilter filter) {
    vectors.flush(filter);
    return store
        .flush(filter)
        .whenComplete((removed, error) -> {
          vectors.flush(filter);
          feed.publish(new Change.Flushed(filter));
        });
  }
}
