package dev.fairlead.cache;

import dev.fairlead.cache.CacheCounters.Count;
import dev.fairlead.cache.CacheCounters.Totals;
import dev.fairlead.cache.bound.ServePolicy;
import dev.fairlead.cache.bound.ServePolicy.Standing;
import dev.fairlead.cache.index.VectorStore;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.v1.GetStatsResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counters and sizes as the service reports them. */
final class Stats {

  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final CacheConfig config;
  private final CacheCounters counters;
  private final EntryStore store;
  private final VectorStore vectors;
  private final ServePolicy policy;
  private final AtomicLong lastEntries = new AtomicLong();

  Stats(
      CacheConfig config,
      CacheCounters counters,
      EntryStore store,
      VectorStore vectors,
      ServePolicy policy) {
    this.config = config;
    this.counters = counters;
    this.store = store;
    this.vectors = vectors;
    this.policy = policy;
  }

  /**
   * Totals over replicas where the others can be reached in half a second, those of this one
   * otherwise.
   */
  CompletableFuture<GetStatsResponse> snapshot() {
    return counters.totals(PATIENCE).thenCombine(countEntries(), this::toMessage);
  }

  /** Counts the entries; the last known number when the store does not answer. */
  CompletableFuture<Long> countEntries() {
    return store
        .count()
        .copy()
        .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .handle((count, error) -> {
          if (error == null) {
            lastEntries.set(count);
          }
          return lastEntries.get();
        });
  }

  /** Entries when they were last counted. */
  long lastEntries() {
    return lastEntries.get();
  }

  private GetStatsResponse toMessage(Totals totals, long entries) {
    GetStatsResponse.Builder message =
        GetStatsResponse.newBuilder()
            .setLookups(totals.of(Count.LOOKUPS))
            .setExactHits(totals.of(Count.EXACT_HITS))
            .setSemanticHits(totals.of(Count.SEMANTIC_HITS))
            .setCoalescedHits(totals.of(Count.COALESCED_HITS))
            .setStaleHits(totals.of(Count.STALE_HITS))
            .setRefreshes(totals.of(Count.REFRESHES))
            .setMisses(totals.of(Count.MISSES))
            .putAllVetoes(totals.vetoes())
            .setStores(totals.of(Count.STORES))
            .setEvictions(totals.of(Count.EVICTIONS))
            .setStoreFailures(totals.of(Count.STORE_FAILURES))
            .setEntries(entries)
            .setVectors(vectors.size())
            .setSemanticPolicy(config.enabled() && config.semantic() ? policy.name() : "off")
            .setStore(store.name())
            .setStoreAvailable(store.available());
    addStanding(message, policy.standing());
    return message.build();
  }

  /**
   * The estimated share of eligible requests answered wrongly, 0..1; NaN before there are labels.
   */
  double falseHitRate() {
    ServePolicy.Estimate falseHits = policy.standing().falseHits();
    return falseHits == null ? Double.NaN : falseHits.value();
  }

  private void addStanding(GetStatsResponse.Builder message, Standing standing) {
    message.setLabels(standing.labels()).setWrongLabels(standing.wrongLabels());
    ServePolicy.Estimate falseHits = standing.falseHits();
    if (falseHits != null) {
      message
          .setFalseHitRate(falseHits.value())
          .setFalseHitRateLow(falseHits.low())
          .setFalseHitRateHigh(falseHits.high());
    }
    Double similarity = standing.operatingSimilarity();
    if (similarity != null && config.enabled() && config.semantic()) {
      message.setOperatingSimilarity(similarity);
    }
  }
}
