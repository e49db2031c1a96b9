package dev.fairlead.cache.redis;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.bound.Group;
import dev.fairlead.cache.bound.Label;
import dev.fairlead.cache.bound.LabelCodec;
import dev.fairlead.cache.bound.LabelLog;
import dev.fairlead.redis.RedisLink;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.redisson.api.RScript.ReturnType;

/**
 * The newest labels of each group in a Redis list, which all replicas append to and read when they
 * start. A group without traffic is forgotten after a month. Elements that are no labels are
 * skipped, a key of another type is replaced.
 */
public final class RedisLabelLog implements LabelLog {

  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(30);

  private static final String APPEND =
      """
      local kind = redis.call('type', KEYS[1]).ok
      if kind ~= 'list' and kind ~= 'none' then redis.call('del', KEYS[1]) end
      redis.call('rpush', KEYS[1], ARGV[1])
      redis.call('ltrim', KEYS[1], -tonumber(ARGV[2]), -1)
      return redis.call('pexpire', KEYS[1], ARGV[3])
      """;

  private static final String READ =
      """
      if redis.call('type', KEYS[1]).ok ~= 'list' then return {} end
      return redis.call('lrange', KEYS[1], 0, -1)
      """;

  private final RedisLink link;

  /** A log over a link. */
  public RedisLabelLog(RedisLink link) {
    this.link = link;
  }

  @Override
  public void append(Label label) {
    CompletableFuture<Long> appended =
        link.script(
            APPEND,
            ReturnType.LONG,
            List.of(key(label.group())),
            LabelCodec.encode(label).toByteArray(),
            KEPT,
            FORGOTTEN_AFTER.toMillis());
    var unused = appended.exceptionally(error -> null);
  }

  @Override
  public CompletableFuture<List<Label>> read(Group group) {
    CompletableFuture<List<byte[]>> bytes = link.script(READ, ReturnType.LIST, List.of(key(group)));
    return bytes.thenApply(elements ->
        elements.stream()
            .map(element -> LabelCodec.decode(ByteString.copyFrom(element)))
            .flatMap(Optional::stream)
            .filter(label -> label.group().equals(group))
            .toList());
  }

  private String key(Group group) {
    return RedisKeys.of(link).labels(group.tenant(), group.model());
  }
}
