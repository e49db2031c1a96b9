package dev.fairlead.gateway.totals;

import dev.fairlead.redis.RedisLink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.redisson.api.RScript.ReturnType;

/**
 * Sums in one hash of Redis, and beside it a hash for each gateway with what it has told so far; a
 * script adds the difference. So a lost answer counts nothing twice, a gateway that ended leaves
 * its part in the sums, and sums that Redis has lost are told anew by those that still run.
 */
public final class RedisTotals implements TotalsShare {

  /** A gateway that is cut off for longer counts twice. */
  private static final Duration REMEMBERED = Duration.ofDays(30);

  private static final String EPOCH = "epoch";
  private static final String SINCE = "since";

  private static final String TELL =
      """
      for i = 1, 2 do
        local kind = redis.call('type', KEYS[i]).ok
        if kind ~= 'hash' and kind ~= 'none' then redis.call('del', KEYS[i]) end
      end
      redis.call('hsetnx', KEYS[1], 'epoch', ARGV[1])
      local epoch = redis.call('hget', KEYS[1], 'epoch')
      if redis.call('hget', KEYS[2], 'epoch') ~= epoch then redis.call('del', KEYS[2]) end
      if tonumber(ARGV[2]) > tonumber(redis.call('hget', KEYS[2], 'order') or '0') then
        for i = 5, #ARGV, 2 do
          local told = tonumber(redis.call('hget', KEYS[2], ARGV[i]) or '0')
          local more = tonumber(ARGV[i + 1]) - told
          if more ~= 0 then
            redis.call('hincrby', KEYS[1], ARGV[i], string.format('%.0f', more))
            redis.call('hset', KEYS[2], ARGV[i], ARGV[i + 1])
          end
        end
        redis.call('hset', KEYS[2], 'epoch', epoch, 'order', ARGV[2])
        local since = tonumber(redis.call('hget', KEYS[1], 'since') or ARGV[3])
        if tonumber(ARGV[3]) <= since then redis.call('hset', KEYS[1], 'since', ARGV[3]) end
        redis.call('expire', KEYS[2], ARGV[4])
      end
      return redis.call('hgetall', KEYS[1])
      """;

  private final RedisLink link;
  private final String replica = UUID.randomUUID().toString();
  private final List<Object> keys;

  /** Adds up over a link, which stays the caller's. */
  public RedisTotals(RedisLink link) {
    this.link = link;
    // One hash tag: a cluster keeps both on one node.
    String sums = link.keyPrefix() + ":gateway:{totals}";
    this.keys = List.of(sums, sums + ":" + replica);
  }

  @Override
  public CompletableFuture<Totals> tell(Totals own, long order) {
    List<Object> arguments = new ArrayList<>();
    arguments.add(replica + ":" + order);
    arguments.add(order);
    arguments.add(own.since().toEpochMilli());
    arguments.add(REMEMBERED.toSeconds());
    own.counts()
        .forEach((name, count) -> {
          arguments.add(name);
          arguments.add(count);
        });
    CompletableFuture<List<byte[]>> sums =
        link.script(TELL, ReturnType.LIST, keys, arguments.toArray());
    return sums.thenApply(RedisTotals::totals);
  }

  private static Totals totals(List<byte[]> pairs) {
    Map<String, Long> counts = new HashMap<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      String name = text(pairs.get(i));
      if (!name.equals(EPOCH)) {
        counts.put(name, Long.parseLong(text(pairs.get(i + 1))));
      }
    }
    Long since = counts.remove(SINCE);
    if (since == null) {
      throw new IllegalStateException("the sums do not tell since when they are counted");
    }
    return new Totals(Instant.ofEpochMilli(since), counts);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
