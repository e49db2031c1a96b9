package dev.fairlead.cache.redis;

import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeCodec;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.redis.RedisLink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RStream;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamReadArgs;
import org.redisson.client.codec.ByteArrayCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes as messages of one Redis stream, which every replica reads from its own place. What a
 * replica missed while it was cut off is still there when it comes back; when it is not (trimmed,
 * flushed, or a message could not be written), the follower is told of a gap.
 */
public final class RedisFeed implements ChangeFeed {

  private static final Logger logger = LoggerFactory.getLogger(RedisFeed.class);
  private static final int MAX_LENGTH = 50_000;
  private static final int BATCH = 200;
  private static final Duration BLOCK = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final byte[] FIELD = "c".getBytes(StandardCharsets.UTF_8);

  private final RedisLink link;
  private final String origin = UUID.randomUUID().toString();
  private final AtomicBoolean unpublished = new AtomicBoolean();
  private @Nullable Thread reader;
  private volatile boolean closed;

  /** A feed over a link. */
  public RedisFeed(RedisLink link) {
    this.link = link;
  }

  @Override
  public void publish(Change change) {
    byte[] message = ChangeCodec.encode(origin, change);
    var unused =
        link.call(redisson ->
                stream(redisson)
                    .addAsync(
                        StreamAddArgs.<byte[], byte[]>entry(FIELD, message)
                            .trimNonStrict()
                            .maxLen(MAX_LENGTH)
                            .noLimit()))
            .whenComplete((id, error) -> {
              if (error != null) {
                unpublished.set(true);
              }
            });
  }

  private RStream<byte[], byte[]> stream(RedissonClient redisson) {
    return redisson.getStream(RedisKeys.of(link).feed(), ByteArrayCodec.INSTANCE);
  }

  @Override
  public void follow(Follower follower) {
    reader = Thread.ofVirtual().name("cache-feed").start(() -> run(follower));
  }

  private void run(Follower follower) {
    boolean warned = false;
    while (!closed) {
      try {
        RedissonClient redisson = link.client();
        if (redisson != null) {
          followFrom(redisson, follower);
          warned = false;
        }
      } catch (RuntimeException e) {
        if (!warned && !closed) {
          logger.warn("the change feed is interrupted, trying on: {}", e.getMessage());
          warned = true;
        }
        removeIfForeign(e);
      }
      if (link.closedWithin(RETRY)) {
        return;
      }
    }
  }

  /**
   * Reads everything from the store, then the changes since that began; ends with an exception, or
   * at a gap.
   */
  private void followFrom(RedissonClient redisson, Follower follower) {
    StreamMessageId last = newest(redisson);
    follower.gap();
    StreamMessageId seen = last;
    long checked = System.nanoTime();
    while (!closed) {
      Map<StreamMessageId, Map<byte[], byte[]>> messages = read(redisson, last);
      if (messages.isEmpty() || System.nanoTime() - checked >= BLOCK.toNanos()) {
        // By the place of the last check: what is gone may lie before messages read since then.
        if (truncated(redisson, seen)) {
          return;
        }
        tellOfUnpublished();
        seen = last;
        checked = System.nanoTime();
      }
      for (Map.Entry<StreamMessageId, Map<byte[], byte[]>> message : ordered(messages).entrySet()) {
        message.getValue().values().forEach(bytes -> deliver(bytes, follower));
        last = message.getKey();
      }
      seen = started(seen) ? seen : last;
    }
  }

  /** What comes after {@code last}; empty when nothing does for a while. */
  private Map<StreamMessageId, Map<byte[], byte[]>> read(
      RedissonClient redisson, StreamMessageId last) {
    Map<StreamMessageId, Map<byte[], byte[]>> messages =
        stream(redisson)
            .readAsync(StreamReadArgs.greaterThan(last).count(BATCH).timeout(BLOCK))
            .toCompletableFuture()
            .join();
    return messages == null ? Map.of() : messages;
  }

  private static Map<StreamMessageId, Map<byte[], byte[]>> ordered(
      Map<StreamMessageId, Map<byte[], byte[]>> messages) {
    Map<StreamMessageId, Map<byte[], byte[]>> ordered = new TreeMap<>(RedisFeed::compare);
    ordered.putAll(messages);
    return ordered;
  }

  private static int compare(StreamMessageId a, StreamMessageId b) {
    int byTime = Long.compare(a.getId0(), b.getId0());
    return byTime != 0 ? byTime : Long.compare(a.getId1(), b.getId1());
  }

  private void deliver(byte[] bytes, Follower follower) {
    ChangeCodec.decode(bytes)
        .filter(message -> !message.origin().equals(origin))
        .ifPresent(message -> follower.changed(message.change()));
  }

  private StreamMessageId newest(RedissonClient redisson) {
    Map<StreamMessageId, ?> newest =
        stream(redisson)
            .rangeReversedAsync(1, StreamMessageId.MAX, StreamMessageId.MIN)
            .toCompletableFuture()
            .join();
    return newest == null || newest.isEmpty()
        ? new StreamMessageId(0, 0)
        : newest.keySet().iterator().next();
  }

  /** Whether a place is behind a message, and not before the first one. */
  private static boolean started(StreamMessageId place) {
    return place.getId0() > 0;
  }

  /** Whether messages behind {@code last} are gone: the stream was trimmed past it, or emptied. */
  private boolean truncated(RedissonClient redisson, StreamMessageId last) {
    Map<StreamMessageId, ?> oldest =
        stream(redisson)
            .rangeAsync(1, StreamMessageId.MIN, StreamMessageId.MAX)
            .toCompletableFuture()
            .join();
    return started(last)
        && (oldest == null
            || oldest.isEmpty()
            || compare(oldest.keySet().iterator().next(), last) > 0);
  }

  /**
   * A change that could not be told in its time: the others cannot know what it was, so all of them
   * read again.
   */
  private void tellOfUnpublished() {
    if (unpublished.compareAndSet(true, false)) {
      publish(new Change.Missed());
    }
  }

  private void removeIfForeign(RuntimeException error) {
    if (RedisErrors.wrongType(error)) {
      var unused = link.call(redisson -> redisson.getKeys().unlinkAsync(RedisKeys.of(link).feed()));
    }
  }

  @Override
  public void close() {
    closed = true;
    Thread current = reader;
    if (current != null) {
      current.interrupt();
    }
  }
}
