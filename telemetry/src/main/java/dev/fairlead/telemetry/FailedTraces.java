package dev.fairlead.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the spans of sampled traces, and of the others those of traces that failed here: what is
 * recorded of a trace is held until its last entry into this process has ended, then sent when any
 * of its spans has an error, else forgotten. No more of them a second than told, so that an outage
 * does not become a flood. Thread-safe; memory is bounded.
 */
final class FailedTraces implements SpanProcessor {

  /** Traces under way at once of which more than the errors themselves is kept. */
  private static final int MOST_TRACES = 16_384;

  /** Spans held of one trace. */
  private static final int MOST_SPANS = 128;

  /** What every span that failed carries; asking for a span's status would copy the span. */
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  private static final long SECOND = 1_000_000_000L;

  private final SpanProcessor next;
  private final int mostPerSecond;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<String, Held> open = new ConcurrentHashMap<>();
  private long secondBegan;
  private int sentThisSecond;

  /**
   * @param next what sends; must not leave out spans without the sampled flag
   * @param mostPerSecond traces that failed
   */
  FailedTraces(SpanProcessor next, int mostPerSecond, LongSupplier nanoTime) {
    this.next = next;
    this.mostPerSecond = mostPerSecond;
    this.nanoTime = nanoTime;
    this.secondBegan = nanoTime.getAsLong();
  }

  /** What is known of a trace that was not sampled. */
  private static final class Held {
    private final List<ReadableSpan> spans = new ArrayList<>(4);
    private int entries = 1;
    private boolean failed;
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    if (!span.getSpanContext().isSampled() && isEntry(span)) {
      if (open.size() >= MOST_TRACES) {
        open.clear();
      }
      open.compute(
          span.getSpanContext().getTraceId(),
          (id, known) -> {
            if (known == null) {
              return new Held();
            }
            known.entries++;
            return known;
          });
    }
  }

  @Override
  public boolean isStartRequired() {
    return true;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (span.getSpanContext().isSampled()) {
      next.onEnd(span);
      return;
    }
    Held due = held(span, span.getAttribute(ERROR_TYPE) != null);
    if (due != null && due.failed && mayBeSent()) {
      due.spans.forEach(next::onEnd);
    }
  }

  /** Keeps the span; answers its trace when it is complete. */
  private @Nullable Held held(ReadableSpan span, boolean failed) {
    boolean entry = isEntry(span);
    Held[] complete = new Held[1];
    open.compute(
        span.getSpanContext().getTraceId(),
        (id, known) -> {
          // What ends after its request, or was too much to be held, stands for itself.
          Held trace = known == null ? new Held() : known;
          trace.failed |= failed;
          if (trace.spans.size() < MOST_SPANS) {
            trace.spans.add(span);
          }
          if (known == null || (entry && --trace.entries == 0)) {
            complete[0] = trace;
            return null;
          }
          return trace;
        });
    return complete[0];
  }

  private static boolean isEntry(ReadableSpan span) {
    SpanContext parent = span.getParentSpanContext();
    return !parent.isValid() || parent.isRemote();
  }

  private synchronized boolean mayBeSent() {
    long now = nanoTime.getAsLong();
    if (now - secondBegan >= SECOND) {
      secondBegan = now;
      sentThisSecond = 0;
    }
    return sentThisSecond++ < mostPerSecond;
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  @Override
  public CompletableResultCode shutdown() {
    return next.shutdown();
  }

  @Override
  public CompletableResultCode forceFlush() {
    return next.forceFlush();
  }
}
