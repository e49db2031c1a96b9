package dev.fairlead.provider.testkit;

import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.RawEvents;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A listener that keeps everything, and complains about calls after the end. */
public final class RecordedAnswer implements AnswerListener {

  private final List<AnswerPart> parts = new CopyOnWriteArrayList<>();
  private final Map<String, String> headers = new ConcurrentHashMap<>();
  private final List<String> dropped = new CopyOnWriteArrayList<>();
  private final AtomicInteger ends = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean ready = true;
  private volatile boolean onlyOne;
  private volatile boolean partAfterEnd;
  private volatile @Nullable Completion completion;
  private volatile @Nullable UpstreamFailure failure;

  @Override
  public void onDropped(List<String> fields) {
    dropped.addAll(fields);
  }

  /** What was said to be left out. */
  public List<String> dropped() {
    return List.copyOf(dropped);
  }

  @Override
  public void onPart(AnswerPart part) {
    partAfterEnd |= ends.get() > 0;
    if (part instanceof AnswerPart.Head head) {
      headers.putAll(head.headers());
    } else {
      if (onlyOne) {
        ready = false;
      }
      parts.add(part);
    }
  }

  @Override
  public void onCompleted(Completion newCompletion) {
    completion = newCompletion;
    end();
  }

  @Override
  public void onFailed(UpstreamFailure newFailure) {
    failure = newFailure;
    end();
  }

  private void end() {
    ends.incrementAndGet();
    ended.countDown();
  }

  @Override
  public boolean ready() {
    return ready;
  }

  /** No more than one part is wanted, however fast they come. */
  public RecordedAnswer onlyOne() {
    onlyOne = true;
    return this;
  }

  /** Whether parts are wanted. */
  public void ready(boolean newReady) {
    ready = newReady;
  }

  /** Blocks until the end. */
  public RecordedAnswer await() {
    return await(Duration.ofSeconds(60));
  }

  /** Blocks until the end. */
  public RecordedAnswer await(Duration atMost) {
    try {
      if (!ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("no end within " + atMost + "; parts: " + parts.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    return this;
  }

  /** What was told of the vendor's head before a stream. */
  public Map<String, String> headers() {
    return Map.copyOf(headers);
  }

  /** Every part so far, without the head. */
  public List<AnswerPart> parts() {
    return List.copyOf(parts);
  }

  /** How the answer completed. */
  public Completion completion() {
    if (failure != null) {
      throw new AssertionError("failed: " + failure);
    }
    return Objects.requireNonNull(completion, "not completed");
  }

  /** How the answer failed. */
  public UpstreamFailure failure() {
    return Objects.requireNonNull(failure, "not failed");
  }

  /** How often an end was heard of, and whether parts came after it. */
  public boolean endedOnce() {
    return ends.get() == 1 && !partAfterEnd;
  }

  /** Whether it has ended. */
  public boolean ended() {
    return ends.get() > 0;
  }

  /** All raw events joined. */
  public String sse() {
    return events().stream()
        .map(events -> events.getSse().toStringUtf8())
        .collect(Collectors.joining());
  }

  /** The raw messages. */
  public List<RawEvents> events() {
    return parts.stream().map(part -> ((AnswerPart.Events) part).events()).toList();
  }

  /** The typed pieces. */
  public List<ChatDelta> deltas() {
    return parts.stream().map(part -> ((AnswerPart.Delta) part).delta()).toList();
  }
}
