package dev.fairlead.cache;

import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of a lookup. */
sealed interface LookupResult {

  /**
   * An answer.
   *
   * @param refresh right to make a fresh one behind it; null when there is none
   */
  record Hit(CacheHit.Kind kind, CacheEntry entry, double similarity, @Nullable Grant refresh)
      implements LookupResult {

    static Hit of(CacheHit.Kind kind, CacheEntry entry) {
      return new Hit(kind, entry, 1, null);
    }

    Hit with(Grant granted) {
      return new Hit(kind, entry, similarity, granted);
    }
  }

  /**
   * None.
   *
   * @param semanticPossible whether a second lookup with an embedding is of use
   * @param lease right to make the answer; null when there is none
   * @param neighbour near entry to compare the fresh answer with; null when there is none
   */
  record Miss(
      CacheMiss.Reason reason,
      boolean semanticPossible,
      @Nullable Grant lease,
      @Nullable Near neighbour)
      implements LookupResult {

    static Miss because(CacheMiss.Reason reason) {
      return new Miss(reason, false, null, null);
    }

    Miss with(Grant granted) {
      return new Miss(reason, semanticPossible, granted, neighbour);
    }

    Miss with(CacheMiss.Reason other) {
      return new Miss(other, semanticPossible, lease, neighbour);
    }
  }

  /** A right granted. */
  record Grant(String leaseId, Duration ttl) {}

  /** A near entry that was not served. */
  record Near(String entryId, double similarity) {}
}
