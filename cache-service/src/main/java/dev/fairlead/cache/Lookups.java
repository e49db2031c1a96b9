package dev.fairlead.cache;

import dev.fairlead.cache.CacheCounters.Count;
import dev.fairlead.cache.LookupResult.Grant;
import dev.fairlead.cache.LookupResult.Hit;
import dev.fairlead.cache.LookupResult.Miss;
import dev.fairlead.cache.SingleFlight.Turn;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.LeaseStore;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The life of a lookup: the identical request, then a near one, then the right to make the answer.
 * Does not block.
 */
final class Lookups {

  private final CacheConfig config;
  private final EntryStore store;
  private final SemanticLookups semantic;
  private final SingleFlight flights;
  private final Refreshes refreshes;
  private final CacheCounters counters;
  private final InstantSource clock;

  Lookups(
      CacheConfig config,
      EntryStore store,
      SemanticLookups semantic,
      SingleFlight flights,
      Refreshes refreshes,
      CacheCounters counters,
      InstantSource clock) {
    this.config = config;
    this.store = store;
    this.semantic = semantic;
    this.flights = flights;
    this.refreshes = refreshes;
    this.counters = counters;
    this.clock = clock;
  }

  /** Looks; never fails for want of the store. */
  CompletableFuture<LookupResult> lookup(LookupQuery query) {
    return exact(query)
        .thenCompose(result ->
            switch (result) {
              case Hit hit when query.refreshes() && !query.dryRun() ->
                  refreshes.behind(hit, query.leaseId());
              case Hit hit -> CompletableFuture.completedFuture(hit);
              case Miss miss -> missed(query, miss);
            })
        .thenApply(result -> query.dryRun() ? result : counted(query, result));
  }

  private CompletableFuture<LookupResult> missed(LookupQuery query, Miss exact) {
    Duration enough = enough(query, exact);
    CompletableFuture<LookupResult> near =
        searchable(query, exact)
            ? semantic.lookup(query).thenApply(found -> merge(exact, found))
            : CompletableFuture.completedFuture(exact);
    return near.thenCompose(result ->
        result instanceof Miss miss && query.acquireLease()
            ? takeTurn(query, miss, enough)
            : CompletableFuture.completedFuture(result));
  }

  /** An entry that is too old for the caller, although it has not expired, is not enough. */
  private Duration enough(LookupQuery query, Miss exact) {
    boolean tooOld = exact.reason() == Reason.REASON_TOO_OLD && query.maxAge() != null;
    return tooOld || !config.enabled() ? LeaseStore.NOTHING_IS_ENOUGH : Duration.ZERO;
  }

  private CompletableFuture<LookupResult> exact(LookupQuery query) {
    if (!config.enabled()) {
      return CompletableFuture.completedFuture(Miss.because(Reason.REASON_NOT_FOUND));
    }
    return store
        .find(query.key().id())
        .handle((found, error) ->
            error == null
                ? judge(query, found, CacheHit.Kind.KIND_EXACT)
                : Miss.because(Reason.REASON_STORE_UNAVAILABLE));
  }

  private LookupResult judge(LookupQuery query, Optional<CacheEntry> found, CacheHit.Kind kind) {
    if (found.isEmpty() || !sameRequest(query, found.get())) {
      return new Miss(Reason.REASON_NOT_FOUND, embeddingWanted(query), null, null);
    }
    CacheEntry entry = found.get();
    Instant now = clock.instant();
    if (query.maxAge() != null && entry.storedAt().plus(query.maxAge()).isBefore(now)) {
      return tooOld(query);
    }
    if (!entry.expired(now)) {
      return Hit.of(kind, entry);
    }
    boolean mayBeStale =
        query.refreshes() && query.maxAge() == null && kind == CacheHit.Kind.KIND_EXACT;
    return mayBeStale ? Hit.of(CacheHit.Kind.KIND_STALE, entry) : tooOld(query);
  }

  private Miss tooOld(LookupQuery query) {
    return new Miss(Reason.REASON_TOO_OLD, embeddingWanted(query), null, null);
  }

  /**
   * The id is a digest of all this; comparing it again costs nothing and makes a collision or a
   * forged value a miss.
   */
  private static boolean sameRequest(LookupQuery query, CacheEntry entry) {
    boolean sameText =
        query.text().isEmpty() || entry.text().isEmpty() || query.text().equals(entry.text());
    return query.key().equals(entry.key()) && sameText;
  }

  private boolean embeddingWanted(LookupQuery query) {
    return config.semantic() && query.eligible() && query.embedding() == null;
  }

  private boolean searchable(LookupQuery query, Miss miss) {
    return config.enabled()
        && config.semantic()
        && query.eligible()
        && !query.again()
        && query.embedding() != null
        && query.text().length() <= config.maxTextChars()
        && miss.reason() != Reason.REASON_STORE_UNAVAILABLE;
  }

  /** A near entry that was refused says more than that the identical request was not found. */
  private static LookupResult merge(Miss exact, LookupResult near) {
    boolean nothingNear = near instanceof Miss miss && miss.reason() == Reason.REASON_NOT_FOUND;
    return nothingNear ? exact : near;
  }

  private CompletableFuture<LookupResult> takeTurn(LookupQuery query, Miss miss, Duration enough) {
    return flights
        .enter(query.key().id(), query.leaseId(), enough, query.patience())
        .thenCompose(turn ->
            switch (turn) {
              case Turn.Leading leading ->
                  CompletableFuture.completedFuture(
                      miss.with(new Grant(leading.leaseId(), leading.ttl())));
              case Turn.Answered answered -> coalesced(query, answered.entry(), miss);
              case Turn.NotGranted refused -> CompletableFuture.completedFuture(miss);
              case Turn.TimedOut late ->
                  CompletableFuture.completedFuture(miss.with(Reason.REASON_LEADER_TIMEOUT));
            });
  }

  private CompletableFuture<LookupResult> coalesced(
      LookupQuery query, Optional<CacheEntry> known, Miss miss) {
    CompletableFuture<Optional<CacheEntry>> entry =
        known.isPresent() ? CompletableFuture.completedFuture(known) : store.find(query.key().id());
    return entry.handle((found, error) -> {
      LookupResult result =
          error == null ? judge(query, found, CacheHit.Kind.KIND_COALESCED) : miss;
      return result instanceof Hit ? result : miss;
    });
  }

  private LookupResult counted(LookupQuery query, LookupResult result) {
    switch (result) {
      case Hit hit -> {
        counters.increment(Count.LOOKUPS);
        counters.increment(
            switch (hit.kind()) {
              case KIND_SEMANTIC -> Count.SEMANTIC_HITS;
              case KIND_COALESCED -> Count.COALESCED_HITS;
              case KIND_STALE -> Count.STALE_HITS;
              case KIND_EXACT, KIND_UNSPECIFIED, UNRECOGNIZED -> Count.EXACT_HITS;
            });
      }
      case Miss miss -> {
        if (last(query, miss)) {
          counters.increment(Count.LOOKUPS);
          counters.increment(Count.MISSES);
        }
      }
    }
    return result;
  }

  /** Of the lookups of one request the last is counted; the others are followed by another one. */
  private static boolean last(LookupQuery query, Miss miss) {
    if (query.acquireLease()) {
      return miss.lease() != null || query.again();
    }
    return query.embedding() != null || !miss.semanticPossible();
  }
}
