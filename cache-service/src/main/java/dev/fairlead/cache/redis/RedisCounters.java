package dev.fairlead.cache.redis;

import dev.fairlead.cache.store.CounterShare;
import dev.fairlead.redis.RedisLink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.redisson.api.RScript.ReturnType;

/** Counters of all replicas, in one Redis hash. They outlive the replicas. */
public final class RedisCounters implements CounterShare {

  private static final String ADD =
      """
      if redis.call('type', KEYS[1]).ok ~= 'hash' then redis.call('del', KEYS[1]) end
      for i = 1, #ARGV, 2 do redis.call('hincrby', KEYS[1], ARGV[i], ARGV[i + 1]) end
      return redis.call('hgetall', KEYS[1])
      """;

  private final RedisLink link;

  /** Adds up over a link. */
  public RedisCounters(RedisLink link) {
    this.link = link;
  }

  @Override
  public CompletableFuture<Map<String, Long>> add(Map<String, Long> deltas) {
    List<Object> arguments = new ArrayList<>();
    deltas.forEach((name, delta) -> {
      arguments.add(name);
      arguments.add(delta);
    });
    CompletableFuture<List<byte[]>> sums =
        link.script(
            ADD, ReturnType.LIST, List.of(RedisKeys.of(link).counters()), arguments.toArray());
    return sums.thenApply(RedisCounters::parse);
  }

  private static Map<String, Long> parse(List<byte[]> pairs) {
    Map<String, Long> sums = new HashMap<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      sums.put(text(pairs.get(i)), Long.parseLong(text(pairs.get(i + 1))));
    }
    return sums;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
