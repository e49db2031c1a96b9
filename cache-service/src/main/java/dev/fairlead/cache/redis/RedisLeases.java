package dev.fairlead.cache.redis;

import dev.fairlead.cache.store.LeaseStore;
import dev.fairlead.redis.RedisLink;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.redisson.api.RScript.ReturnType;

/**
 * Leases as Redis keys with expiry. Whether the answer is there is looked at in the same script,
 * hence atomically.
 */
public final class RedisLeases implements LeaseStore {

  private static final long STORED = -1;

  /** A key without expiry is none of ours, or lost it: it is taken over. */
  private static final String ACQUIRE =
      """
      if redis.call('pttl', KEYS[2]) > tonumber(ARGV[3]) then return -1 end
      local left = redis.call('pttl', KEYS[1])
      if left > 0 and redis.pcall('get', KEYS[1]) ~= ARGV[1] then return left end
      redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
      return 0
      """;

  private static final String RELEASE =
      "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return"
          + " 0";

  private final RedisLink link;
  private final RedisKeys keys;
  private final Duration staleFor;

  /**
   * Keeps leases over a link.
   *
   * @param staleFor how long entries are kept after they have expired, 0 or more
   */
  public RedisLeases(RedisLink link, Duration staleFor) {
    this.link = link;
    this.staleFor = staleFor;
    this.keys = RedisKeys.of(link);
  }

  @Override
  public CompletableFuture<Attempt> tryAcquire(
      String id, String leaseId, Duration ttl, Duration enough) {
    CompletableFuture<Long> left =
        link.script(
            ACQUIRE,
            ReturnType.LONG,
            List.of(keys.lease(id), keys.entry(id)),
            leaseId,
            Math.max(1, ttl.toMillis()),
            enough.plus(staleFor).toMillis());
    return left.thenApply(RedisLeases::attempt);
  }

  private static Attempt attempt(long left) {
    if (left == STORED) {
      return new Attempt.AlreadyStored();
    }
    return left == 0 ? new Attempt.Granted() : new Attempt.HeldElsewhere(Duration.ofMillis(left));
  }

  @Override
  public CompletableFuture<Boolean> release(String id, String leaseId) {
    CompletableFuture<Long> deleted =
        link.script(RELEASE, ReturnType.LONG, List.of(keys.lease(id)), leaseId);
    return deleted.thenApply(count -> count > 0);
  }
}
