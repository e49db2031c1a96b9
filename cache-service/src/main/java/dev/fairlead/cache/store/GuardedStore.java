package dev.fairlead.cache.store;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * An entry store behind a {@link StoreGuard}. Flush, listing and counting are not on the request
 * path: no time-box.
 */
public final class GuardedStore implements EntryStore {

  private final EntryStore store;
  private final StoreGuard guard;

  /** Guards {@code store}. */
  public GuardedStore(EntryStore store, StoreGuard guard) {
    this.store = store;
    this.guard = guard;
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public CompletableFuture<Optional<CacheEntry>> find(String id) {
    return guard.call(() -> store.find(id));
  }

  @Override
  public CompletableFuture<Void> put(CacheEntry entry) {
    return guard.call(() -> store.put(entry));
  }

  @Override
  public CompletableFuture<Boolean> remove(String id) {
    return guard.call(() -> store.remove(id));
  }

  @Override
  public CompletableFuture<Long> flush(FlushFilter filter) {
    return store
        .flush(filter)
        .exceptionally(error -> {
          throw new StoreUnavailableException("store failed to flush: " + error.getMessage());
        });
  }

  @Override
  public CompletableFuture<Void> forEach(Consumer<CacheEntry> action) {
    return store.forEach(action);
  }

  @Override
  public CompletableFuture<Long> count() {
    return store.count();
  }

  @Override
  public void sweep(Instant now) {
    store.sweep(now);
  }

  @Override
  public boolean available() {
    return store.available() && guard.answering();
  }

  @Override
  public void close() {
    store.close();
  }
}
