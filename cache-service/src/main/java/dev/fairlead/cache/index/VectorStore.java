package dev.fairlead.cache.index;

import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.FlushFilter;
import dev.fairlead.cache.store.ScopeKey;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Where the vectors of entries lie and are searched: in this process, or in a server that all
 * replicas share. Thread-safe; nothing here blocks. What cannot be done completes its future with
 * an exception, {@link dev.fairlead.cache.store.StoreUnavailableException} where the server is
 * away.
 */
public interface VectorStore {

  /**
   * Makes an entry findable in place of any older one of its id; complete when searches find it.
   * Fails with {@link IllegalArgumentException} when its dimension differs from that of the scope's
   * other entries of its encoder.
   */
  CompletableFuture<Void> put(IndexedEntry entry);

  /** Makes an entry unfindable. */
  CompletableFuture<Void> remove(String id);

  /** Makes an entry unfindable unless it has been replaced since. */
  CompletableFuture<Void> remove(IndexedEntry entry);

  /** Makes entries unfindable that were flushed. */
  void flush(FlushFilter filter);

  /**
   * The nearest entries, nearest first; equally near ones by id. Never one of another scope or
   * encoder, never an expired one.
   *
   * @param limit most entries to return, at least 1
   * @param least entries of a lower cosine may be left out, -1 to 1
   */
  CompletableFuture<List<Neighbour>> nearest(
      ScopeKey scope, String encoder, Embedding query, int limit, double least);

  /**
   * The dimension that embeddings of this scope and encoder must have; 0 while any will do, or
   * where this process does not know.
   */
  int dimension(ScopeKey scope, String encoder);

  /** How many vectors this process holds, expired ones that were not removed yet included. */
  int size();

  /** Drops what expired before {@code now}. */
  void sweep(Instant now);
}
