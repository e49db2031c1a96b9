package dev.fairlead.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.fairlead.cache.CacheCounters.Count;
import dev.fairlead.cache.LookupResult.Grant;
import dev.fairlead.cache.LookupResult.Hit;
import dev.fairlead.cache.SingleFlight.Turn;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.v1.CacheHit;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which hits are worth a fresh answer behind them: stale ones, and those of entries that are asked
 * for often and will soon have expired. One caller over all replicas gets the right to make it; the
 * others are answered with what there is and wait for nobody. Thread-safe, does not block.
 */
final class Refreshes {

  private static final int MAX_COUNTED = 100_000;
  private static final double LARGEST_UNSIGNED = 0xFFFFFFFFL;

  /** Hits of entries in the last share of their life. */
  private final Cache<Counted, AtomicInteger> late =
      Caffeine.newBuilder().maximumSize(MAX_COUNTED).executor(Runnable::run).build();

  private final SingleFlight flights;
  private final CacheCounters counters;
  private final InstantSource clock;
  private final double ahead;
  private final int hotFrom;

  /** One life of an entry. */
  private record Counted(String id, Instant storedAt) {}

  Refreshes(CacheConfig config, SingleFlight flights, CacheCounters counters, InstantSource clock) {
    this.flights = flights;
    this.counters = counters;
    this.clock = clock;
    this.ahead = config.refreshAhead();
    this.hotFrom = config.refreshHits();
  }

  /**
   * The hit, with the right to refresh it when that is due and nobody else has it.
   *
   * @param leaseId as {@link SingleFlight#enter} takes it
   */
  CompletableFuture<LookupResult> behind(Hit hit, String leaseId) {
    CacheEntry entry = hit.entry();
    if (hit.kind() != CacheHit.Kind.KIND_STALE && !dueEarly(entry)) {
      return CompletableFuture.completedFuture(hit);
    }
    return flights
        .enter(entry.id(), leaseId, enough(entry), Duration.ZERO)
        .thenApply(turn -> {
          if (turn instanceof Turn.Leading leading) {
            counters.increment(Count.REFRESHES);
            return hit.with(new Grant(leading.leaseId(), leading.ttl()));
          }
          return hit;
        });
  }

  private boolean dueEarly(CacheEntry entry) {
    if (clock.instant().isBefore(refreshedFrom(entry))) {
      return false;
    }
    Counted life = new Counted(entry.id(), entry.storedAt());
    return late.get(life, key -> new AtomicInteger()).incrementAndGet() >= hotFrom;
  }

  /**
   * Where the last share of an entry's life begins. Half of it depends on the id, so that entries
   * that were stored together are not refreshed together, and every replica sees the same time.
   */
  private Instant refreshedFrom(CacheEntry entry) {
    double share =
        ahead * (1 + Integer.toUnsignedLong(entry.id().hashCode()) / LARGEST_UNSIGNED) / 2;
    long millis = Duration.between(entry.storedAt(), entry.expiresAt()).toMillis();
    return entry.expiresAt().minusMillis((long) (millis * share));
  }

  /** What lasts twice as long as this entry, which is near its end, is a newer one. */
  private Duration enough(CacheEntry entry) {
    Duration left = Duration.between(clock.instant(), entry.expiresAt());
    return left.isNegative() ? Duration.ZERO : left.multipliedBy(2);
  }
}
