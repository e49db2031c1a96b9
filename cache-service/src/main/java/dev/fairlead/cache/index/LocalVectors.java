package dev.fairlead.cache.index;

import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.FlushFilter;
import dev.fairlead.cache.store.ScopeKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vectors in this process: a {@link VectorIndex}. Small scopes are searched by the caller, which is
 * cheaper than handing them over; large ones on the compute pool, and not at all when its queue is
 * full: a miss now is better than a hit too late.
 *
 * <p>There are never more than a given number: then each new one takes the place of the one that
 * would expire first among a few that are looked at in turn.
 */
public final class LocalVectors implements VectorStore {

  private static final int SEARCHED_INLINE = 256;
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private static final int COMPARED = 16;
  private static final Logger logger = LoggerFactory.getLogger(LocalVectors.class);

  private final VectorIndex index;
  private final Executor compute;
  private final int most;
  private final AtomicBoolean full = new AtomicBoolean();

  /**
   * Keeps vectors in {@code index} and searches large scopes on {@code compute}.
   *
   * @param most vectors, at least 1
   */
  public LocalVectors(VectorIndex index, Executor compute, int most) {
    this.index = index;
    this.compute = compute;
    this.most = most;
  }

  @Override
  public CompletableFuture<Void> put(IndexedEntry entry) {
    try {
      index.put(entry);
      makeRoom(entry.id());
      return DONE;
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void makeRoom(String newest) {
    while (index.size() > most) {
      if (full.compareAndSet(false, true)) {
        logger.warn(
            "{} vectors, as many as cache.max_vectors allows: entries that expire soonest are found"
                + " exactly only",
            most);
      }
      Optional<IndexedEntry> first =
          index.sample(COMPARED).stream()
              .filter(entry -> !entry.id().equals(newest))
              .min(Comparator.comparing(IndexedEntry::expiresAt));
      if (first.isEmpty()) {
        return;
      }
      index.remove(first.get().id(), first.get().storedAt());
    }
  }

  @Override
  public CompletableFuture<Void> remove(String id) {
    index.remove(id);
    return DONE;
  }

  @Override
  public CompletableFuture<Void> remove(IndexedEntry entry) {
    index.remove(entry.id(), entry.storedAt());
    return DONE;
  }

  /** Makes an entry unfindable unless it has been replaced by one stored at another time. */
  public void remove(String id, Instant storedAt) {
    index.remove(id, storedAt);
  }

  @Override
  public void flush(FlushFilter filter) {
    index.removeIf(entry -> filter.matches(entry.key().scope(), entry.tags(), entry.storedAt()));
  }

  /** Removes all that match and says how many. */
  public int removeIf(Predicate<IndexedEntry> condition) {
    return index.removeIf(condition);
  }

  @Override
  public CompletableFuture<List<Neighbour>> nearest(
      ScopeKey scope, String encoder, Embedding query, int limit, double least) {
    if (index.size(scope, encoder) <= SEARCHED_INLINE) {
      return searched(scope, encoder, query, limit, least);
    }
    try {
      return CompletableFuture.supplyAsync(
          () -> near(index.search(scope, encoder, query, limit), least), compute);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(List.of());
    }
  }

  private CompletableFuture<List<Neighbour>> searched(
      ScopeKey scope, String encoder, Embedding query, int limit, double least) {
    try {
      return CompletableFuture.completedFuture(
          near(index.search(scope, encoder, query, limit), least));
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static List<Neighbour> near(List<Neighbour> nearest, double least) {
    return nearest.stream().filter(neighbour -> neighbour.similarity() >= least).toList();
  }

  @Override
  public int dimension(ScopeKey scope, String encoder) {
    return index.dimension(scope, encoder);
  }

  @Override
  public int size() {
    return index.size();
  }

  @Override
  public void sweep(Instant now) {
    index.removeIf(entry -> !entry.expiresAt().isAfter(now));
  }
}
