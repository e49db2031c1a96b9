package dev.fairlead.gateway.edge;

import dev.fairlead.gateway.StreamsConfig;
import dev.fairlead.gateway.pipeline.CallScope;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks after a stream now and then: says something while its upstream is silent, and ends it when
 * its client takes nothing of what was said. Confined to the request's event loop.
 */
final class StreamWatch {

  private final EventStreamSink sink;
  private final CallScope scope;
  private final EventLoop loop;
  private final long keepAliveNanos;
  private final long beginNanos;
  private final long writeTimeoutNanos;
  private final long startNanos = System.nanoTime();
  private @Nullable ScheduledFuture<?> next;
  private boolean ended;

  /** When it was last known that the client takes what is written. */
  private volatile long takenNanos = startNanos;

  private volatile boolean asking;

  private StreamWatch(EventStreamSink sink, CallScope scope, EventLoop loop, StreamsConfig config) {
    this.sink = sink;
    this.scope = scope;
    this.loop = loop;
    this.keepAliveNanos = config.keepAlive().toNanos();
    this.beginNanos = config.beginWithin().toNanos();
    this.writeTimeoutNanos = config.writeTimeout().toNanos();
  }

  /** Watches until the response has ended. Call it on {@code loop}. */
  static void start(EventStreamSink sink, CallScope scope, EventLoop loop, StreamsConfig config) {
    StreamWatch watch = new StreamWatch(sink, scope, loop, config);
    watch.lookIn(watch.firstLook());
    sink.response().whenComplete().whenComplete((taken, error) -> watch.end());
  }

  private long firstLook() {
    return beginNanos == 0 ? keepAliveNanos : Math.min(beginNanos, keepAliveNanos);
  }

  private void lookIn(long nanos) {
    next = loop.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    if (ended) {
      return;
    }
    long now = System.nanoTime();
    if (!sink.isOpen()) {
      lookIn(beforeTheHead(now));
      return;
    }
    if (asking) {
      if (now - takenNanos >= writeTimeoutNanos) {
        scope.cancel();
        sink.abandon();
        return;
      }
    } else {
      speak(now);
    }
    long silent = now - sink.lastWriteNanos();
    lookIn(Math.min(writeTimeoutNanos, Math.max(keepAliveNanos - silent, keepAliveNanos / 8)));
  }

  private long beforeTheHead(long now) {
    if (beginNanos == 0) {
      return keepAliveNanos;
    }
    long left = beginNanos - (now - startNanos);
    if (left > 0) {
      return Math.min(left, keepAliveNanos);
    }
    speak(now);
    return keepAliveNanos;
  }

  /** What the client has not taken by the next look has been there since now. */
  private void speak(long now) {
    if (!sink.isOpen() || now - sink.lastWriteNanos() >= keepAliveNanos) {
      sink.keepAlive();
    }
    takenNanos = now;
    asking = true;
    sink.whenTaken(() -> asking = false);
  }

  private void end() {
    if (loop.inEventLoop()) {
      ended = true;
      if (next != null) {
        next.cancel(false);
      }
    } else {
      loop.execute(this::end);
    }
  }
}
