package dev.fairlead.cache;

import dev.fairlead.common.config.Expect;
import java.time.Duration;
import java.util.List;

/**
 * Section {@code cache}. What the keys mean is said in {@code fairlead/cache.yaml}.
 *
 * @param bind address the service listens on
 * @param port gRPC port; management HTTP is on this + 100
 * @param enabled whether anything is kept at all
 * @param ttl how long an entry lives
 * @param ttlJitter share of the TTL by which an entry may live shorter, 0 to 0.9
 * @param maxTtl most a caller may ask for
 * @param staleWhileRevalidate how long an expired answer may be given while a fresh one is made
 * @param refreshAhead last share of an entry's life in which it is refreshed if it is hot, 0 to 0.4
 * @param refreshHits hits within that share that make an entry hot
 * @param semantic whether near requests may be answered
 * @param policy {@code error_bound}, {@code vcache} or {@code threshold}
 * @param maxErrorRate error_bound: allowed share of wrongly answered requests
 * @param verifyShare error_bound: share of would-be hits that are checked
 * @param similarity threshold: least cosine that is served
 * @param judge {@code similarity}, {@code words} or {@code equality}
 * @param judgeSimilarity judge similarity: cosine from which on two long answers are the same
 * @param judgeTimeout judge similarity: time-box of a call to the scorer
 * @param scorer where the judge finds the scorer, {@code host:port}; empty for none
 * @param candidateSimilarity least cosine that is considered at all
 * @param vectors {@code memory} or {@code redis}
 * @param maxVectors most vectors in the process, of all tenants
 * @param exactScan scopes of up to so many entries are searched by comparing every one
 * @param graphFrom entries of a scope from which on a graph is searched instead of a scan
 * @param maxTextChars longest text that is searched for or indexed
 * @param maxEntries most entries: of the process in memory, of each tenant in Redis
 * @param maxBytes memory for entries in the process, bytes
 * @param maxEntryBytes largest answer kept, bytes
 * @param nearTtl how long an entry of Redis is kept in the process
 * @param storeTimeout time-box of a call to the store on the request path
 * @param breakerOpen how long a failing store is left alone
 * @param leaseTtl how long the right to make an answer holds
 * @param maxWaiters most lookups that wait for others' answers at a time
 * @param sweepInterval how often expired vectors are dropped and sizes counted
 * @param statsInterval how often counters are shared between replicas
 */
public record CacheConfig(
    String bind,
    int port,
    boolean enabled,
    Duration ttl,
    double ttlJitter,
    Duration maxTtl,
    Duration staleWhileRevalidate,
    double refreshAhead,
    int refreshHits,
    boolean semantic,
    String policy,
    double maxErrorRate,
    double verifyShare,
    double similarity,
    String judge,
    double judgeSimilarity,
    Duration judgeTimeout,
    String scorer,
    double candidateSimilarity,
    String vectors,
    int maxVectors,
    int exactScan,
    int graphFrom,
    int maxTextChars,
    long maxEntries,
    long maxBytes,
    int maxEntryBytes,
    Duration nearTtl,
    Duration storeTimeout,
    Duration breakerOpen,
    Duration leaseTtl,
    int maxWaiters,
    Duration sweepInterval,
    Duration statsInterval) {

  /** Every value that {@code policy} may have. */
  static final List<String> POLICIES = List.of("error_bound", "vcache", "threshold");

  /** Every value that {@code judge} may have. */
  static final List<String> JUDGES = List.of("similarity", "words", "equality");

  /** Every value that {@code vectors} may have. */
  static final List<String> VECTORS = List.of("memory", "redis");

  /** Checks every value. */
  public CacheConfig {
    Expect.present("cache.bind", bind);
    Expect.range("cache.port", port, 0, 65_435);
    Expect.positive("cache.ttl", ttl);
    Expect.range("cache.ttl_jitter", ttlJitter, 0, 0.9);
    Expect.positive("cache.max_ttl", maxTtl);
    Expect.that(ttl.compareTo(maxTtl) <= 0, "cache.ttl", ttl, "at most cache.max_ttl, " + maxTtl);
    Expect.that(
        !staleWhileRevalidate.isNegative(),
        "cache.stale_while_revalidate",
        staleWhileRevalidate,
        "0 or more");
    Expect.range("cache.refresh_ahead", refreshAhead, 0, 0.4);
    Expect.range("cache.refresh_hits", refreshHits, 1, 1_000_000);
    Expect.that(POLICIES.contains(policy), "cache.policy", policy, String.join(" or ", POLICIES));
    Expect.range("cache.max_error_rate", maxErrorRate, 0.0001, 1);
    Expect.range("cache.verify_share", verifyShare, 0.01, 1);
    Expect.range("cache.similarity", similarity, 0, 1);
    Expect.that(JUDGES.contains(judge), "cache.judge", judge, String.join(" or ", JUDGES));
    Expect.range("cache.judge_similarity", judgeSimilarity, 0, 1);
    Expect.positive("cache.judge_timeout", judgeTimeout);
    Expect.range("cache.candidate_similarity", candidateSimilarity, 0, 1);
    Expect.that(VECTORS.contains(vectors), "cache.vectors", vectors, String.join(" or ", VECTORS));
    Expect.range("cache.max_vectors", maxVectors, 1, Integer.MAX_VALUE);
    Expect.range("cache.exact_scan", exactScan, 0, Integer.MAX_VALUE);
    Expect.range("cache.graph_from", graphFrom, 1_000, Integer.MAX_VALUE);
    Expect.range("cache.max_text_chars", maxTextChars, 1, 1_000_000);
    Expect.range("cache.max_entries", maxEntries, 1, 100_000_000);
    Expect.range("cache.max_bytes", maxBytes, 1 << 20, 1L << 40);
    Expect.range("cache.max_entry_bytes", maxEntryBytes, 1024, 64 << 20);
    Expect.positive("cache.near_ttl", nearTtl);
    Expect.positive("cache.store_timeout", storeTimeout);
    Expect.positive("cache.breaker_open", breakerOpen);
    Expect.positive("cache.lease_ttl", leaseTtl);
    Expect.range("cache.max_waiters", maxWaiters, 1, 1_000_000);
    Expect.positive("cache.sweep_interval", sweepInterval);
    Expect.positive("cache.stats_interval", statsInterval);
  }
}
