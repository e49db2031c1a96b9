package dev.fairlead.cache.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries of one process, in Caffeine. Every tenant has a cache of its own with the full bounds;
 * when all together exceed them, the largest tenant gives way, so that no tenant can push out
 * another that is smaller than itself.
 */
public final class MemoryEntryStore implements EntryStore {

  private static final int EVICTION_BATCH = 16;

  private final ConcurrentMap<String, Cache<String, CacheEntry>> tenants =
      new ConcurrentHashMap<>();
  private final ConcurrentMap<String, String> tenantOf = new ConcurrentHashMap<>();
  private final Bounds bounds;
  private final InstantSource clock;
  private final Consumer<CacheEntry> onEvicted;

  /**
   * How much may be kept.
   *
   * @param maxEntries entries, at least 1
   * @param maxBytes of memory, at least 1
   * @param staleFor how long an entry is kept after it has expired, 0 or more
   */
  public record Bounds(long maxEntries, long maxBytes, Duration staleFor) {
    /** One unit of weight an entry takes at least, so that one bound holds both limits. */
    long weightFloor() {
      return Math.max(1, maxBytes / maxEntries);
    }
  }

  /**
   * Starts empty.
   *
   * @param onEvicted told of every entry that went by expiry or to stay inside the bounds, on the
   *     caller's thread
   */
  public MemoryEntryStore(Bounds bounds, InstantSource clock, Consumer<CacheEntry> onEvicted) {
    this.bounds = bounds;
    this.clock = clock;
    this.onEvicted = onEvicted;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public CompletableFuture<Optional<CacheEntry>> find(String id) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(tenantOf.get(id)).flatMap(tenant -> in(tenant, id)));
  }

  /** Whether an entry is there that will not have expired after {@code time}. */
  public boolean lasts(String id, Duration time) {
    String tenant = tenantOf.get(id);
    Instant then = clock.instant().plus(time);
    return tenant != null && in(tenant, id).filter(entry -> !entry.expired(then)).isPresent();
  }

  private Optional<CacheEntry> in(String tenant, String id) {
    return Optional.ofNullable(tenants.get(tenant))
        .map(cache -> cache.getIfPresent(id))
        .filter(entry -> !entry.expired(clock.instant().minus(bounds.staleFor())));
  }

  @Override
  public CompletableFuture<Void> put(CacheEntry entry) {
    if (entry.weight() > bounds.maxBytes()) {
      return CompletableFuture.failedFuture(
          new StoreUnavailableException("entry larger than the whole cache"));
    }
    String tenant = entry.key().scope().tenant();
    tenants.compute(
        tenant,
        (name, existing) -> {
          Cache<String, CacheEntry> cache = existing == null ? newCache() : existing;
          cache.put(entry.id(), entry);
          return cache;
        });
    follow(entry.id(), tenant);
    shrink();
    return CompletableFuture.completedFuture(null);
  }

  private Cache<String, CacheEntry> newCache() {
    long floor = bounds.weightFloor();
    return Caffeine.newBuilder()
        .maximumWeight(floor * bounds.maxEntries())
        .weigher((String id, CacheEntry entry) ->
            (int) Math.clamp(entry.weight(), floor, Integer.MAX_VALUE))
        .expireAfter(Expiry.writing((String id, CacheEntry entry) -> untilDropped(entry)))
        .ticker(() -> Duration.between(Instant.EPOCH, clock.instant()).toNanos())
        .executor(Runnable::run)
        .removalListener(this::removed)
        .build();
  }

  private Duration untilDropped(CacheEntry entry) {
    Duration left = Duration.between(clock.instant(), entry.expiresAt()).plus(bounds.staleFor());
    return left.isNegative() ? Duration.ZERO : left;
  }

  private void removed(@Nullable String id, @Nullable CacheEntry entry, RemovalCause cause) {
    if (id == null || entry == null || cause == RemovalCause.REPLACED) {
      return;
    }
    follow(id, entry.key().scope().tenant());
    if (cause.wasEvicted()) {
      onEvicted.accept(entry);
    }
  }

  /**
   * Makes {@link #tenantOf} say what the tenant's cache says now. After every change, because the
   * removal of an entry is told late, when a newer one of the same id may be there already.
   */
  private void follow(String id, String tenant) {
    tenantOf.compute(
        id,
        (key, old) -> {
          Cache<String, CacheEntry> cache = tenants.get(tenant);
          return cache != null && cache.asMap().containsKey(id) ? tenant : null;
        });
  }

  /** Brings the total back under the bounds at the cost of the largest tenant. */
  private void shrink() {
    while (tenants.size() > 1 && totalWeight() > bounds.weightFloor() * bounds.maxEntries()) {
      Optional<Cache<String, CacheEntry>> largest =
          tenants.values().stream().max(Comparator.comparingLong(MemoryEntryStore::weight));
      Map<String, CacheEntry> coldest =
          largest
              .flatMap(cache -> cache.policy().eviction().map(e -> e.coldest(EVICTION_BATCH)))
              .orElse(Map.of());
      if (coldest.isEmpty()) {
        return;
      }
      coldest.forEach((id, entry) -> {
        if (totalWeight() > bounds.weightFloor() * bounds.maxEntries()
            && largest.orElseThrow().asMap().remove(id, entry)) {
          onEvicted.accept(entry);
        }
      });
    }
  }

  private long totalWeight() {
    return tenants.values().stream().mapToLong(MemoryEntryStore::weight).sum();
  }

  private static long weight(Cache<String, CacheEntry> cache) {
    return cache.policy().eviction().map(eviction -> eviction.weightedSize().orElse(0)).orElse(0L);
  }

  @Override
  public CompletableFuture<Boolean> remove(String id) {
    String tenant = tenantOf.get(id);
    Cache<String, CacheEntry> cache = tenant == null ? null : tenants.get(tenant);
    return CompletableFuture.completedFuture(cache != null && cache.asMap().remove(id) != null);
  }

  @Override
  public CompletableFuture<Long> flush(FlushFilter filter) {
    long removed = 0;
    for (Cache<String, CacheEntry> cache : tenants.values()) {
      for (CacheEntry entry : cache.asMap().values()) {
        if (filter.matches(entry) && cache.asMap().remove(entry.id(), entry)) {
          removed++;
        }
      }
    }
    return CompletableFuture.completedFuture(removed);
  }

  @Override
  public CompletableFuture<Void> forEach(Consumer<CacheEntry> action) {
    Instant now = clock.instant();
    for (Cache<String, CacheEntry> cache : tenants.values()) {
      cache.asMap().values().stream().filter(entry -> !entry.expired(now)).forEach(action);
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Long> count() {
    sweep(clock.instant());
    return CompletableFuture.completedFuture(
        tenants.values().stream().mapToLong(Cache::estimatedSize).sum());
  }

  @Override
  public void sweep(Instant now) {
    for (String tenant : tenants.keySet()) {
      // Atomic with put, so that a cache is never dropped with an entry just put into it.
      tenants.computeIfPresent(
          tenant,
          (name, cache) -> {
            cache.cleanUp();
            return cache.estimatedSize() == 0 ? null : cache;
          });
    }
  }

  @Override
  public boolean available() {
    return true;
  }

  @Override
  public void close() {
    tenants.clear();
    tenantOf.clear();
  }
}
