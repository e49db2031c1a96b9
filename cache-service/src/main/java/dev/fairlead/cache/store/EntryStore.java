package dev.fairlead.cache.store;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Where entries are kept. Nothing here blocks, and every method may be called from any thread,
 * event loops included. A store that cannot do what it is asked completes the future with an
 * exception; one that finds something unreadable removes it and answers as if it had not been
 * there.
 */
public interface EntryStore extends AutoCloseable {

  /** What statistics call it: {@code memory} or {@code redis}. */
  String name();

  /**
   * The entry of an id. It may have expired, by up to the time the store keeps such entries for;
   * ask {@link CacheEntry#expired}.
   */
  CompletableFuture<Optional<CacheEntry>> find(String id);

  /**
   * Keeps an entry in place of any other of its id. Once complete, {@link #find} sees it on this
   * replica.
   */
  CompletableFuture<Void> put(CacheEntry entry);

  /** Forgets an entry; whether it was there. */
  CompletableFuture<Boolean> remove(String id);

  /**
   * Forgets every entry that the filter matches and says how many. May take seconds; other calls go
   * on meanwhile.
   */
  CompletableFuture<Long> flush(FlushFilter filter);

  /**
   * Calls {@code action} for every entry that has not expired, in any order, one after the other;
   * completes after the last.
   */
  CompletableFuture<Void> forEach(Consumer<CacheEntry> action);

  /** How many entries there are now, roughly. */
  CompletableFuture<Long> count();

  /** Drops what expired before {@code now} and was not dropped yet. */
  default void sweep(Instant now) {}

  /** Whether it answers, as far as is known. */
  boolean available();

  @Override
  void close();
}
