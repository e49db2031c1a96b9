package dev.fairlead.cache.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Keeps what was found or put lately in this process, in front of a store that is further away. An
 * entry stays for at most {@code ttl}: that bounds how long a replica that is cut off from the
 * others can serve what they flushed.
 */
public final class NearCachingStore implements EntryStore {

  private final EntryStore far;
  private final InstantSource clock;
  private final Cache<String, CacheEntry> near;
  // Raised by every invalidation: a read that began before one must not put back what it has
  // removed.
  private final AtomicLong generation = new AtomicLong();

  /** Starts with nothing near. */
  public NearCachingStore(EntryStore far, long maxBytes, Duration ttl, InstantSource clock) {
    this.far = far;
    this.clock = clock;
    this.near =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((String id, CacheEntry entry) -> entry.weight())
            .expireAfterWrite(ttl)
            .ticker(() -> Duration.between(Instant.EPOCH, clock.instant()).toNanos())
            .executor(Runnable::run)
            .build();
  }

  @Override
  public String name() {
    return far.name();
  }

  @Override
  public CompletableFuture<Optional<CacheEntry>> find(String id) {
    CacheEntry known = near.getIfPresent(id);
    if (known != null && !known.expired(clock.instant())) {
      return CompletableFuture.completedFuture(Optional.of(known));
    }
    long before = generation.get();
    return far.find(id)
        .thenApply(found -> {
          found.ifPresent(entry -> remember(entry, before));
          return found;
        });
  }

  private void remember(CacheEntry entry, long before) {
    near.asMap()
        .merge(
            entry.id(), entry, (old, read) -> old.storedAt().isAfter(read.storedAt()) ? old : read);
    if (generation.get() != before) {
      near.invalidate(entry.id());
    }
  }

  @Override
  public CompletableFuture<Void> put(CacheEntry entry) {
    near.put(entry.id(), entry);
    return far.put(entry);
  }

  @Override
  public CompletableFuture<Boolean> remove(String id) {
    forget(id);
    return far.remove(id);
  }

  @Override
  public CompletableFuture<Long> flush(FlushFilter filter) {
    forget(filter);
    return far.flush(filter)
        .whenComplete((removed, error) -> {
          // Again: reads under way may have brought something back while the far store was still at
          // it.
          forget(filter);
        });
  }

  /** Another replica has put or removed this entry. */
  public void forget(String id) {
    generation.incrementAndGet();
    near.invalidate(id);
  }

  /** Another replica has flushed. */
  public void forget(FlushFilter filter) {
    generation.incrementAndGet();
    near.asMap().values().removeIf(filter::matches);
  }

  /** Changes may have been missed. */
  public void forgetAll() {
    generation.incrementAndGet();
    near.invalidateAll();
  }

  @Override
  public CompletableFuture<Void> forEach(Consumer<CacheEntry> action) {
    return far.forEach(action);
  }

  @Override
  public CompletableFuture<Long> count() {
    return far.count();
  }

  @Override
  public void sweep(Instant now) {
    near.cleanUp();
    far.sweep(now);
  }

  @Override
  public boolean available() {
    return far.available();
  }

  @Override
  public void close() {
    far.close();
  }
}
