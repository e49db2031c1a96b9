package dev.fairlead.cache.redis;

import dev.fairlead.cache.store.MemoryRatings;
import dev.fairlead.cache.store.RatingLog;
import dev.fairlead.cache.store.StoreGuard;
import dev.fairlead.redis.RedisLink;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.redisson.api.RScript.ReturnType;

/**
 * What was said to any replica: a key with expiry each, which the first one sets. While Redis does
 * not answer in time, each replica goes by what it was told itself: better counted twice than not
 * at all.
 */
public final class RedisRatings implements RatingLog {

  /** A command that the client sends again after it has lost the answer finds its own value. */
  private static final String FIRST =
      """
      if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
      return redis.call('get', KEYS[1]) == ARGV[1] and 1 or 0
      """;

  private final RatingLog here = new MemoryRatings();
  private final RedisLink link;
  private final StoreGuard guard;

  /**
   * Remembers over a link.
   *
   * @param guard of calls to Redis
   */
  public RedisRatings(RedisLink link, StoreGuard guard) {
    this.link = link;
    this.guard = guard;
  }

  @Override
  public CompletableFuture<Boolean> first(String what) {
    return here.first(what)
        .thenCompose(first -> first ? firstOfAll(what) : CompletableFuture.completedFuture(false));
  }

  private CompletableFuture<Boolean> firstOfAll(String what) {
    String key = RedisKeys.of(link).rating(what);
    return guard
        .call(() ->
            link.<Long>script(
                FIRST, ReturnType.LONG, List.of(key), UUID.randomUUID(), REMEMBERED.toMillis()))
        .handle((set, error) -> error != null || set > 0);
  }
}
