package dev.fairlead.gateway.state;

import dev.fairlead.redis.RedisLink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The document in a hash of Redis (version and text), changed by one script, which also publishes
 * the new version: replicas hear of a change at once, and find it by reading when they did not
 * hear. A key of another type counts as nothing and is replaced.
 */
public final class RedisStateStore implements StateStore {

  private static final Logger logger = LoggerFactory.getLogger(RedisStateStore.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration RETRY = Duration.ofMillis(100);

  private static final String READ =
      """
      if redis.call('type', KEYS[1]).ok ~= 'hash' then return {} end
      local version = redis.call('hget', KEYS[1], 'version')
      if version == ARGV[1] then return { version, '' } end
      return { version, redis.call('hget', KEYS[1], 'state') }
      """;

  /** Stores where the version kept is the expected one ('eq') or an older one ('lt'). */
  private static final String WRITE =
      """
      local kind = redis.call('type', KEYS[1]).ok
      if kind ~= 'hash' and kind ~= 'none' then redis.call('del', KEYS[1]) end
      local kept = tonumber(redis.call('hget', KEYS[1], 'version') or '0') or 0
      local asked = tonumber(ARGV[2])
      if ARGV[1] == 'eq' and kept ~= asked - 1 then return 0 end
      if ARGV[1] == 'lt' and kept >= asked then return 0 end
      redis.call('hset', KEYS[1], 'version', ARGV[2], 'state', ARGV[3])
      redis.call('publish', KEYS[1], ARGV[2])
      return 1
      """;

  private final RedisLink link;
  private final String key;
  private volatile @Nullable Thread listening;
  private volatile boolean closed;

  /**
   * A store over a link that others may use too; closing the store leaves the link open.
   *
   * @param name of the document
   */
  public RedisStateStore(RedisLink link, String name) {
    this.link = link;
    this.key = link.keyPrefix() + ":gateway:" + name;
  }

  @Override
  public Versioned read() {
    return readAfter(-1);
  }

  @Override
  public Versioned readAfter(long known) {
    List<byte @Nullable []> found = waited(link.script(READ, ReturnType.LIST, List.of(key), known));
    if (found.size() < 2 || found.get(0) == null || found.get(1) == null) {
      return Versioned.NONE;
    }
    try {
      return new Versioned(Long.parseLong(text(found.get(0))), text(found.get(1)));
    } catch (NumberFormatException e) {
      return Versioned.NONE;
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public boolean replace(long expected, String json) {
    return write("eq", new Versioned(expected + 1, json));
  }

  @Override
  public void restore(Versioned last) {
    boolean ignored = write("lt", last);
  }

  private boolean write(String when, Versioned versioned) {
    CompletableFuture<Long> written =
        link.script(
            WRITE, ReturnType.LONG, List.of(key), when, versioned.version(), versioned.json());
    return waited(written) == 1;
  }

  private static <T> T waited(CompletableFuture<T> answer) {
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new UncheckedIOException(new IOException("Redis does not answer", e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
  }

  @Override
  public void onChange(Runnable changed) {
    listening = Thread.ofVirtual().name("state-listener").start(() -> listen(changed));
  }

  /** Subscribes once there is a connection; the client subscribes again when it reconnects. */
  private void listen(Runnable changed) {
    while (!closed) {
      RedissonClient redisson = link.client();
      if (redisson != null && subscribed(redisson, changed)) {
        changed.run();
        return;
      }
      if (link.closedWithin(RETRY)) {
        return;
      }
    }
  }

  private boolean subscribed(RedissonClient redisson, Runnable changed) {
    try {
      RTopic topic = redisson.getTopic(key, ByteArrayCodec.INSTANCE);
      int ignored =
          topic.addListener(
              byte[].class,
              (channel, version) -> {
                if (!closed) {
                  changed.run();
                }
              });
      return true;
    } catch (RuntimeException e) {
      logger.debug("the shared state cannot be listened to yet", e);
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    Thread current = listening;
    if (current != null) {
      current.interrupt();
    }
  }
}
