package dev.fairlead.telemetry.failed;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one entry into this process: its spans, as they end, until the entry itself has
 * ended. Then they are sent when one of them has an error, else forgotten. Thread-safe.
 */
final class KeptTrace {

  /** Spans held of one trace. */
  private static final int MOST_SPANS = 128;

  private final FailedTraces failures;
  private final InstrumentationScopeInfo scope;
  private final SpanContext caller;
  private final long idHigh;
  private final long idLow;
  private @Nullable String id;

  private @Nullable KeptSpan lastEnded;
  private int held;
  private boolean failed;
  private boolean over;
  private long epochMinusNanoTime;

  /**
   * Begins with the entry.
   *
   * @param caller whose trace this goes on with; invalid: a trace of its own
   */
  KeptTrace(FailedTraces failures, InstrumentationScopeInfo scope, SpanContext caller) {
    this.failures = failures;
    this.scope = scope;
    this.caller = caller;
    if (caller.isValid()) {
      this.id = caller.getTraceId();
      this.idHigh = 0;
      this.idLow = 0;
    } else {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      this.idHigh = random.nextLong();
      this.idLow = random.nextLong() | 1;
    }
  }

  SpanContext caller() {
    return caller;
  }

  /** 32 hexadecimal digits, written when first asked for. */
  String id() {
    String known = id;
    if (known == null) {
      known = TraceId.fromLongs(idHigh, idLow);
      id = known;
    }
    return known;
  }

  TraceState state() {
    return caller.getTraceState();
  }

  InstrumentationScopeInfo scope() {
    return scope;
  }

  FailedTraces failures() {
    return failures;
  }

  /** What is to be added to a span's times for nanoseconds since 1970; known at the end. */
  long epochMinusNanoTime() {
    return epochMinusNanoTime;
  }

  /** A span has ended. What ends after its request stands for itself. */
  void ended(KeptSpan span, boolean spanFailed) {
    List<KeptSpan> due;
    synchronized (this) {
      failed |= spanFailed;
      if (over) {
        due = spanFailed ? List.of(span) : List.of();
      } else {
        due = held(span);
      }
      if (due.isEmpty()) {
        return;
      }
      epochMinusNanoTime = epochMinusNanoTime(failures.nanoTime());
    }
    failures.failed(due);
  }

  /** Holds the span; answers all when they are to be sent. */
  private List<KeptSpan> held(KeptSpan span) {
    if (held < MOST_SPANS || span.isEntry()) {
      held++;
      span.endedBefore(lastEnded);
      lastEnded = span;
    }
    if (!span.isEntry()) {
      return List.of();
    }
    over = true;
    List<KeptSpan> due = failed ? inOrder() : List.of();
    lastEnded = null;
    return due;
  }

  private List<KeptSpan> inOrder() {
    List<KeptSpan> spans = new ArrayList<>(held);
    for (KeptSpan span = lastEnded; span != null; span = span.endedBefore()) {
      spans.add(span);
    }
    Collections.reverse(spans);
    return spans;
  }

  /** The difference of the two clocks at this moment. */
  static long epochMinusNanoTime(long nanoTime) {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano() - nanoTime;
  }
}
