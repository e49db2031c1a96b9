package dev.fairlead.cache.redis;

import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.redis.RedisLink;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RScript.ReturnType;
import org.redisson.client.codec.StringCodec;

/**
 * How many entries each tenant has in Redis: a sorted set by expiry for each. Bounds and counts
 * rest on it, correctness does not: it may lag or be lost.
 */
final class TenantLedger {

  /**
   * Adds one, drops the expired, and takes out those that are too many, nearest to their expiry
   * first.
   */
  private static final String ADD =
      """
      redis.call('zadd', KEYS[1], ARGV[2], ARGV[1])
      redis.call('zremrangebyscore', KEYS[1], '-inf', ARGV[3])
      if redis.call('pttl', KEYS[1]) < ARGV[2] - ARGV[3] then
        redis.call('pexpire', KEYS[1], ARGV[2] - ARGV[3] + 60000)
      end
      local excess = redis.call('zcard', KEYS[1]) - tonumber(ARGV[4])
      if excess <= 0 then return {} end
      local victims = redis.call('zrange', KEYS[1], 0, excess - 1)
      redis.call('zremrangebyrank', KEYS[1], 0, excess - 1)
      return victims
      """;

  private static final String COUNT = "return redis.call('zcount', KEYS[1], ARGV[1], '+inf')";
  private static final String REMOVE = "return redis.call('zrem', KEYS[1], unpack(ARGV))";

  private final RedisLink link;
  private final RedisKeys keys;
  private final long maxEntries;
  private final InstantSource clock;
  private final Consumer<String> onExcess;

  TenantLedger(RedisLink link, long maxEntries, InstantSource clock, Consumer<String> onExcess) {
    this.link = link;
    this.keys = RedisKeys.of(link);
    this.maxEntries = maxEntries;
    this.clock = clock;
    this.onExcess = onExcess;
  }

  /** An entry was put that goes by itself at {@code keptUntil}. Nobody waits for this. */
  void added(CacheEntry entry, Instant keptUntil) {
    String digest = RedisKeys.digest(entry.key().scope().tenant());
    long expiry = keptUntil.toEpochMilli();
    long now = clock.millis();
    CompletableFuture<List<byte[]>> victims =
        link.script(
            ADD,
            ReturnType.LIST,
            List.of(keys.tenant(digest)),
            entry.id(),
            expiry,
            now,
            maxEntries);
    var unused =
        victims
            .thenAccept(
                ids -> ids.forEach(id -> onExcess.accept(new String(id, StandardCharsets.UTF_8))))
            .exceptionally(error -> forget(keys.tenant(digest), error));
    var unusedToo =
        link.call(redisson ->
                redisson.<String>getSet(keys.tenants(), StringCodec.INSTANCE).addAsync(digest))
            .exceptionally(error -> {
              forget(keys.tenants(), error);
              return false;
            });
  }

  /** Entries were removed. Nobody waits for this. */
  void removed(String tenant, List<String> ids) {
    var unused =
        number(REMOVE, keys.tenant(RedisKeys.digest(tenant)), ids.toArray())
            .exceptionally(error -> 0L);
  }

  private CompletableFuture<Long> number(String lua, String key, Object... arguments) {
    return link.script(lua, ReturnType.LONG, List.of(key), arguments);
  }

  /** Entries of all tenants that are kept. */
  CompletableFuture<Long> count() {
    return link.call(redisson ->
            redisson.<String>getSet(keys.tenants(), StringCodec.INSTANCE).readAllAsync())
        .thenCompose(this::countOf);
  }

  private CompletableFuture<Long> countOf(Set<String> digests) {
    List<CompletableFuture<Long>> counts = new ArrayList<>();
    for (String digest : digests) {
      counts.add(
          number(COUNT, keys.tenant(digest), clock.millis())
              .thenApply(count -> emptied(digest, count)));
    }
    return CompletableFuture.allOf(counts.toArray(CompletableFuture[]::new))
        .thenApply(done -> counts.stream().mapToLong(CompletableFuture::join).sum());
  }

  private long emptied(String digest, long count) {
    if (count == 0) {
      var unused =
          link.call(redisson ->
              redisson.<String>getSet(keys.tenants(), StringCodec.INSTANCE).removeAsync(digest));
    }
    return count;
  }

  /** Something of another type under one of our names would be in the way for ever. */
  private @Nullable Void forget(String key, Throwable error) {
    if (RedisErrors.wrongType(error)) {
      var unused = link.call(redisson -> redisson.getKeys().unlinkAsync(key));
    }
    return null;
  }
}
