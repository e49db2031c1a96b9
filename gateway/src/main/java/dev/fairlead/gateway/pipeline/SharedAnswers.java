package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.metrics.RouterMetrics;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The calls under way in this gateway that further identical requests can still follow.
 * Thread-safe.
 */
final class SharedAnswers {

  private final ConcurrentMap<SharingKey, SharedAnswer> open = new ConcurrentHashMap<>();
  private final long maxBytes;
  private final long graceNanos;
  private final Duration timeout;
  private final RouterMetrics metrics;

  /**
   * A table without calls.
   *
   * @param maxBytes how much of an answer is kept for those who come later, and how far one reader
   *     may stay behind the others
   * @param grace how long one reader may hold the others back altogether
   * @param timeout total time of a call
   */
  SharedAnswers(long maxBytes, Duration grace, Duration timeout, RouterMetrics metrics) {
    this.maxBytes = maxBytes;
    this.graceNanos = grace.toNanos();
    this.timeout = timeout;
    this.metrics = metrics;
  }

  /** Starts a call in a scope of its own that one request pays for and tells it to a sink. */
  @FunctionalInterface
  interface Starter {
    void start(CallScope scope, Receipt payer, AnswerSink sink);
  }

  /** Follows the identical call under way; leads a new one when there is none. */
  void join(SharingKey key, CallScope scope, SettledSink sink, Starter starter) {
    while (true) {
      SharedAnswer known = open.get(key);
      if (known == null) {
        SharedAnswer fresh = new SharedAnswer(this, key, starter);
        if (open.putIfAbsent(key, fresh) == null) {
          fresh.lead(scope, sink);
          return;
        }
      } else if (known.follow(scope, sink)) {
        return;
      } else {
        closed(key, known);
      }
    }
  }

  /** A call that can no longer be followed. */
  void closed(SharingKey key, SharedAnswer answer) {
    open.remove(key, answer);
  }

  long maxBytes() {
    return maxBytes;
  }

  long graceNanos() {
    return graceNanos;
  }

  Duration timeout() {
    return timeout;
  }

  RouterMetrics metrics() {
    return metrics;
  }

  /** Calls that can be followed. */
  int size() {
    return open.size();
  }
}
