package dev.fairlead.cache.redis;

import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeCodec;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.redis.RedisLink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
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
  static final int MAX_LENGTH = 50_000;
  private static final int BATCH = 200;

  /** Checks for a gap while so many messages are read as the stream is long. */
  private static final int CHECKS = 50;

  private static final Duration BLOCK = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofMillis(200);

  /** Everybody reads everything again for it: not more often because failures go on. */
  private static final Duration BETWEEN_MISSED = Duration.ofSeconds(10);

  private static final byte[] FIELD = "c".getBytes(StandardCharsets.UTF_8);

  private final RedisLink link;
  private final String origin = UUID.randomUUID().toString();
  private final AtomicBoolean unpublished = new AtomicBoolean();
  private final int maxLength;
  private final LongSupplier nanos;
  private volatile @Nullable Long toldOfUnpublished;
  private @Nullable Thread reader;

  /** Up to here nothing is missing, because everything was read again. Of the reader's thread. */
  private StreamMessageId complete = new StreamMessageId(0, 0);

  private volatile boolean closed;

  /** A feed over a link. */
  public RedisFeed(RedisLink link) {
    this(link, MAX_LENGTH, System::nanoTime);
  }

  /** A feed of another length, and with a clock that others are told by of what they missed. */
  RedisFeed(RedisLink link, int maxLength, LongSupplier nanos) {
    this.link = link;
    this.maxLength = maxLength;
    this.nanos = nanos;
  }

  @Override
  public void publish(Change change) {
    var unused = send(change);
  }

  private CompletableFuture<StreamMessageId> send(Change change) {
    byte[] message = ChangeCodec.encode(origin, change);
    return link.call(redisson ->
            stream(redisson)
                .addAsync(
                    StreamAddArgs.<byte[], byte[]>entry(FIELD, message)
                        .trimNonStrict()
                        .maxLen(maxLength)
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
    complete = last;
    follower.gap();
    StreamMessageId seen = last;
    long checked = System.nanoTime();
    int read = 0;
    while (!closed) {
      Map<StreamMessageId, Map<byte[], byte[]>> messages = read(redisson, last);
      read += messages.size();
      boolean due = System.nanoTime() - checked >= BLOCK.toNanos() || read >= maxLength / CHECKS;
      if (messages.isEmpty() || due) {
        // By the place of the last check: what is gone may lie before messages read since then.
        if (truncated(redisson, seen)) {
          return;
        }
        tellOfUnpublished();
        seen = last;
        checked = System.nanoTime();
        read = messages.size();
      }
      follower.changed(changes(redisson, messages));
      last = messages.keySet().stream().max(RedisFeed::compare).orElse(last);
      seen = started(seen) ? seen : last;
    }
  }

  /** What other replicas did, in order, without what has been made good already. */
  private List<Change> changes(
      RedissonClient redisson, Map<StreamMessageId, Map<byte[], byte[]>> messages) {
    List<Change> changes = new ArrayList<>(messages.size());
    for (Map.Entry<StreamMessageId, Map<byte[], byte[]>> message : ordered(messages).entrySet()) {
      for (Change change : others(message.getValue().values())) {
        boolean missed = change instanceof Change.Missed;
        if (missed && compare(message.getKey(), complete) > 0) {
          // What is read again from here on has all that anybody missed until now.
          complete = newest(redisson);
          changes.add(change);
        } else if (!missed) {
          changes.add(change);
        }
      }
    }
    return changes;
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

  /** The changes in these messages that other replicas made. */
  private List<Change> others(Collection<byte[]> messages) {
    return messages.stream()
        .map(ChangeCodec::decode)
        .flatMap(Optional::stream)
        .filter(message -> !message.origin().equals(origin))
        .map(ChangeCodec.Message::change)
        .toList();
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
  void tellOfUnpublished() {
    Long before = toldOfUnpublished;
    boolean due = before == null || nanos.getAsLong() - before >= BETWEEN_MISSED.toNanos();
    if (due && unpublished.compareAndSet(true, false)) {
      var unused =
          send(new Change.Missed()).thenAccept(id -> toldOfUnpublished = nanos.getAsLong());
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
