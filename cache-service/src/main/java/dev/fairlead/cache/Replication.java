package dev.fairlead.cache;

import com.google.common.collect.Lists;
import dev.fairlead.cache.index.LocalVectors;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.NearCachingStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what other replicas do: near cache, index, waiters and labels of this one are kept in
 * step.
 */
final class Replication implements ChangeFeed.Follower {

  private static final Logger logger = LoggerFactory.getLogger(Replication.class);

  /** Of them the largest fit into memory. */
  private static final int READ_TOGETHER = 32;

  private final NearCachingStore near;
  private final EntryStore shared;
  private final @Nullable LocalVectors vectors;
  private final Stores stores;
  private final SingleFlight flights;
  private final Outcomes outcomes;
  private final InstantSource clock;

  /**
   * Wires a follower.
   *
   * @param near what must be forgotten here
   * @param shared the store itself, without time-box: nobody waits for what is done here
   * @param vectors those of this process; null when they are shared, too
   */
  Replication(
      NearCachingStore near,
      EntryStore shared,
      @Nullable LocalVectors vectors,
      Stores stores,
      SingleFlight flights,
      Outcomes outcomes,
      InstantSource clock) {
    this.near = near;
    this.shared = shared;
    this.vectors = vectors;
    this.stores = stores;
    this.flights = flights;
    this.outcomes = outcomes;
    this.clock = clock;
  }

  @Override
  public void changed(Change change) {
    changed(List.of(change));
  }

  /** Entries are asked for together: one after the other, followers would fall behind writers. */
  @Override
  public void changed(List<Change> changes) {
    for (List<Change> some : Lists.partition(changes, READ_TOGETHER)) {
      Map<String, CompletableFuture<Optional<CacheEntry>>> entries = new HashMap<>();
      for (Change change : some) {
        if (vectors != null && change instanceof Change.Stored stored) {
          entries.computeIfAbsent(stored.id(), shared::find);
        }
      }
      some.forEach(change -> changed(change, entries));
    }
  }

  private void changed(
      Change change, Map<String, CompletableFuture<Optional<CacheEntry>>> entries) {
    switch (change) {
      case Change.Stored stored -> {
        near.forget(stored.id());
        flights.stored(stored.id(), "", Optional.empty());
        CompletableFuture<Optional<CacheEntry>> entry = entries.get(stored.id());
        if (entry != null) {
          entry.join().ifPresent(this::index);
        }
      }
      case Change.Removed removed -> {
        near.forget(removed.id());
        if (vectors != null) {
          var unused = vectors.remove(removed.id());
        }
      }
      case Change.Covered covered -> stores.coveredElsewhere(covered.id());
      case Change.LeaseFreed freed -> flights.freedElsewhere(freed.id(), freed.leaseId());
      case Change.Flushed flushed -> {
        near.forget(flushed.filter());
        if (vectors != null) {
          vectors.flush(flushed.filter());
        }
      }
      case Change.Labelled labelled -> outcomes.labelledElsewhere(labelled.label());
      case Change.Reported reported -> outcomes.reportedElsewhere(reported.report());
      case Change.Rated rated -> outcomes.ratedElsewhere(rated.id(), rated.correct());
      case Change.Missed missed -> gap();
    }
  }

  /** Reads everything again. Lookups go on meanwhile, with what is there. */
  @Override
  public void gap() {
    near.forgetAll();
    outcomes.reload();
    if (vectors != null) {
      rebuild(vectors);
    }
  }

  private void rebuild(LocalVectors vectors) {
    Instant start = clock.instant();
    Set<String> seen = new HashSet<>();
    shared.forEach(entry -> reindex(entry, seen)).join();
    int stale =
        vectors.removeIf(entry -> entry.storedAt().isBefore(start) && !seen.contains(entry.id()));
    logger.info(
        "vector index rebuilt: {} entries read, {} stale vectors removed", seen.size(), stale);
  }

  private void reindex(CacheEntry entry, Set<String> seen) {
    seen.add(entry.id());
    index(entry);
  }

  private void index(CacheEntry entry) {
    var unused = stores.indexed(entry);
  }
}
