package dev.fairlead.cache.redis;

import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.EntryCodec;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.FlushFilter;
import dev.fairlead.cache.store.StoreUnavailableException;
import dev.fairlead.redis.RedisLink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.KeysScanOptions;
import org.redisson.client.codec.ByteArrayCodec;

/**
 * Entries in Redis, one string value each with Redis' own expiry. What is read is checked (type,
 * checksum, schema); anything else is removed and counts as not there. Listing goes by SCAN over
 * the keys themselves, which no lost bookkeeping can make incomplete; {@link TenantLedger} keeps
 * the number of a tenant's entries bounded.
 */
public final class RedisEntryStore implements EntryStore {

  private static final int BATCH = 100;

  /** Is told of what the store removes by itself. Called on any thread; must not block. */
  public interface Listener {

    /** A value was removed that cannot be an entry of ours. */
    default void unreadable() {}

    /** An entry was removed to stay inside the bound. */
    default void evicted(String id) {}

    /** Entries were removed because a filter matched them. */
    default void flushed(List<CacheEntry> entries) {}
  }

  private final RedisLink link;
  private final RedisKeys keys;
  private final TenantLedger ledger;
  private final Duration staleFor;
  private final InstantSource clock;
  private final Listener listener;
  private final ExecutorService listing = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Keeps entries over a link.
   *
   * @param maxEntries most entries of one tenant
   * @param staleFor how long an entry is kept after it has expired, 0 or more
   */
  public RedisEntryStore(
      RedisLink link, long maxEntries, Duration staleFor, InstantSource clock, Listener listener) {
    this.link = link;
    this.keys = RedisKeys.of(link);
    this.staleFor = staleFor;
    this.clock = clock;
    this.listener = listener;
    this.ledger = new TenantLedger(link, maxEntries, clock, this::evict);
  }

  private void evict(String id) {
    var unused = delete(List.of(id)).thenAccept(count -> listener.evicted(id));
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public CompletableFuture<Optional<CacheEntry>> find(String id) {
    return link.call(redisson ->
            redisson.<byte[]>getBucket(keys.entry(id), ByteArrayCodec.INSTANCE).getAsync())
        .handle((bytes, error) -> {
          if (error != null && !RedisErrors.wrongType(error)) {
            return CompletableFuture.<Optional<CacheEntry>>failedFuture(error);
          }
          boolean absent = error == null && bytes == null;
          return CompletableFuture.completedFuture(
              absent ? Optional.<CacheEntry>empty() : readable(id, bytes));
        })
        .thenCompose(found -> found);
  }

  private Optional<CacheEntry> readable(String id, byte @Nullable [] bytes) {
    Optional<CacheEntry> entry =
        bytes == null
            ? Optional.empty()
            : EntryCodec.decode(bytes).filter(found -> found.id().equals(id));
    if (entry.isEmpty()) {
      listener.unreadable();
      var unused = delete(List.of(id));
    }
    return entry.filter(found -> !found.expired(clock.instant().minus(staleFor)));
  }

  @Override
  public CompletableFuture<Void> put(CacheEntry entry) {
    Instant keptUntil = entry.expiresAt().plus(staleFor);
    Duration ttl = Duration.between(clock.instant(), keptUntil);
    if (!ttl.isPositive()) {
      return CompletableFuture.completedFuture(null);
    }
    byte[] bytes = EntryCodec.encode(entry);
    return link.call(redisson ->
            redisson
                .<byte[]>getBucket(keys.entry(entry.id()), ByteArrayCodec.INSTANCE)
                .setAsync(bytes, ttl))
        .whenComplete((done, error) -> {
          if (error == null) {
            ledger.added(entry, keptUntil);
          }
        });
  }

  @Override
  public CompletableFuture<Boolean> remove(String id) {
    return find(id)
        .thenCompose(found -> {
          found.ifPresent(entry -> ledger.removed(entry.key().scope().tenant(), List.of(id)));
          return delete(List.of(id)).thenApply(count -> count > 0);
        });
  }

  private CompletableFuture<Long> delete(List<String> ids) {
    String[] names = ids.stream().map(keys::entry).toArray(String[]::new);
    return link.call(redisson -> redisson.getKeys().unlinkAsync(names));
  }

  @Override
  public CompletableFuture<Long> flush(FlushFilter filter) {
    return CompletableFuture.supplyAsync(
        () -> {
          long[] removed = new long[1];
          scan(batch -> {
            List<CacheEntry> matching = batch.stream().filter(filter::matches).toList();
            if (!matching.isEmpty()) {
              removed[0] += delete(matching.stream().map(CacheEntry::id).toList()).join();
              listener.flushed(matching);
              matching.forEach(
                  entry -> ledger.removed(entry.key().scope().tenant(), List.of(entry.id())));
            }
          });
          return removed[0];
        },
        listing);
  }

  @Override
  public CompletableFuture<Void> forEach(Consumer<CacheEntry> action) {
    Consumer<List<CacheEntry>> each =
        batch -> {
          Instant now = clock.instant();
          batch.stream().filter(entry -> !entry.expired(now)).forEach(action);
        };
    return CompletableFuture.runAsync(() -> scan(each), listing);
  }

  private void scan(Consumer<List<CacheEntry>> action) {
    RedissonClient redisson = link.client();
    if (redisson == null) {
      throw new StoreUnavailableException("Redis is not connected");
    }
    List<String> batch = new ArrayList<>(BATCH);
    KeysScanOptions pattern =
        KeysScanOptions.defaults().pattern(keys.entryPattern()).chunkSize(BATCH);
    for (String key : redisson.getKeys().getKeys(pattern)) {
      batch.add(key);
      if (batch.size() == BATCH) {
        action.accept(read(redisson, batch));
        batch.clear();
      }
    }
    if (!batch.isEmpty()) {
      action.accept(read(redisson, batch));
    }
  }

  private List<CacheEntry> read(RedissonClient redisson, List<String> names) {
    Map<String, byte[]> values =
        redisson
            .getBuckets(ByteArrayCodec.INSTANCE)
            .<byte[]>getAsync(names.toArray(String[]::new))
            .toCompletableFuture()
            .join();
    List<CacheEntry> entries = new ArrayList<>(values.size());
    values.forEach((name, bytes) -> readable(RedisKeys.idOf(name), bytes).ifPresent(entries::add));
    return entries;
  }

  @Override
  public CompletableFuture<Long> count() {
    return ledger.count();
  }

  @Override
  public boolean available() {
    return link.connected();
  }

  @Override
  public void close() {
    listing.shutdown();
  }
}
