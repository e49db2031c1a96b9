package dev.fairlead.telemetry.failed;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A span without the sampled flag: what is said of it is put down in a row and only put in order
 * when it is sent. Thread-safe.
 */
final class KeptSpan implements Span, ReadableSpan {

  /** What every span that failed carries. */
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  private static final AttributeKey<String> EXCEPTION_TYPE =
      AttributeKey.stringKey("exception.type");
  private static final AttributeKey<String> EXCEPTION_MESSAGE =
      AttributeKey.stringKey("exception.message");
  private static final AttributeKey<String> EXCEPTION_STACKTRACE =
      AttributeKey.stringKey("exception.stacktrace");
  private static final Object[] NOTHING = {};

  private final KeptTrace trace;
  private final @Nullable KeptSpan parent;
  private final KeptContext context;
  private final SpanKind kind;
  private final List<LinkData> links;
  private final long startNanos;
  private String name;
  private Attributes first;

  /** Keys and values by turns; of a key that is said twice the last counts. */
  private Object[] said = NOTHING;

  private int length;
  private List<EventData> events = List.of();
  private StatusCode status = StatusCode.UNSET;
  private String statusDescription = "";
  private boolean failed;
  private boolean ended;
  private long endNanos;
  private @Nullable KeptSpan endedBefore;

  KeptSpan(
      KeptTrace trace,
      @Nullable KeptSpan parent,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links,
      long startNanos) {
    this.trace = trace;
    this.parent = parent;
    this.context = new KeptContext(trace);
    this.name = name;
    this.kind = kind;
    this.first = attributes;
    this.links = links;
    this.startNanos = startNanos;
    this.failed = !attributes.isEmpty() && attributes.get(ERROR_TYPE) != null;
  }

  KeptTrace trace() {
    return trace;
  }

  /** Whether the trace came into this process with it. */
  boolean isEntry() {
    return parent == null;
  }

  /** Spans of a trace hang on each other, the last one on its trace. Called under its lock. */
  void endedBefore(@Nullable KeptSpan before) {
    endedBefore = before;
  }

  @Nullable KeptSpan endedBefore() {
    return endedBefore;
  }

  @Override
  public synchronized <T> Span setAttribute(AttributeKey<T> key, @Nullable T value) {
    if (value != null && !ended) {
      if (length == said.length) {
        said = Arrays.copyOf(said, length == 0 ? 12 : 2 * length);
      }
      said[length++] = key;
      said[length++] = value;
      failed |= key.getKey().equals(ERROR_TYPE.getKey());
    }
    return this;
  }

  @Override
  public synchronized Span setAllAttributes(Attributes attributes) {
    if (first.isEmpty() && length == 0 && !ended) {
      first = attributes;
      failed |= attributes.get(ERROR_TYPE) != null;
      return this;
    }
    return Span.super.setAllAttributes(attributes);
  }

  @Override
  public Span addEvent(String event, Attributes attributes) {
    long now = trace.failures().nanoTime();
    return addEvent(
        event, attributes, now + KeptTrace.epochMinusNanoTime(now), TimeUnit.NANOSECONDS);
  }

  @Override
  public synchronized Span addEvent(
      String event, Attributes attributes, long timestamp, TimeUnit unit) {
    if (!ended) {
      if (events.isEmpty()) {
        events = new ArrayList<>(2);
      }
      events.add(EventData.create(unit.toNanos(timestamp), event, attributes));
    }
    return this;
  }

  @Override
  public Span recordException(Throwable failure, Attributes more) {
    StringWriter stack = new StringWriter();
    failure.printStackTrace(new PrintWriter(stack));
    AttributesBuilder told =
        Attributes.builder()
            .put(EXCEPTION_TYPE, failure.getClass().getName())
            .put(EXCEPTION_STACKTRACE, stack.toString());
    if (failure.getMessage() != null) {
      told.put(EXCEPTION_MESSAGE, failure.getMessage());
    }
    return addEvent("exception", told.putAll(more).build());
  }

  @Override
  public synchronized Span setStatus(StatusCode code, String description) {
    if (!ended && code != StatusCode.UNSET && status != StatusCode.OK) {
      status = code;
      statusDescription = code == StatusCode.ERROR ? description : "";
    }
    return this;
  }

  @Override
  public synchronized Span updateName(String other) {
    name = other;
    return this;
  }

  @Override
  public void end() {
    endAt(trace.failures().nanoTime());
  }

  @Override
  public void end(long timestamp, TimeUnit unit) {
    long now = trace.failures().nanoTime();
    endAt(timestamp == 0 ? now : unit.toNanos(timestamp) - KeptTrace.epochMinusNanoTime(now));
  }

  private void endAt(long nanos) {
    boolean error;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      endNanos = nanos;
      error = failed;
    }
    trace.ended(this, error);
  }

  @Override
  public SpanContext getSpanContext() {
    return context;
  }

  @Override
  public SpanContext getParentSpanContext() {
    return parent == null ? trace.caller() : parent.context;
  }

  @Override
  public synchronized boolean isRecording() {
    return !ended;
  }

  @Override
  public synchronized String getName() {
    return name;
  }

  @Override
  public synchronized boolean hasEnded() {
    return ended;
  }

  @Override
  public synchronized long getLatencyNanos() {
    return (ended ? endNanos : trace.failures().nanoTime()) - startNanos;
  }

  @Override
  public SpanKind getKind() {
    return kind;
  }

  @Override
  public <T> @Nullable T getAttribute(AttributeKey<T> key) {
    return getAttributes().get(key);
  }

  @Override
  @SuppressWarnings("unchecked")
  public synchronized Attributes getAttributes() {
    AttributesBuilder all = Attributes.builder().putAll(first);
    for (int i = 0; i < length; i += 2) {
      all.put((AttributeKey<Object>) said[i], said[i + 1]);
    }
    return all.build();
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return trace.scope();
  }

  @Override
  @Deprecated
  public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return InstrumentationLibraryInfo.create(
        trace.scope().getName(), trace.scope().getVersion(), trace.scope().getSchemaUrl());
  }

  @Override
  public synchronized SpanData toSpanData() {
    return new KeptSpanData(
        name,
        kind,
        context,
        Objects.requireNonNull(getParentSpanContext()),
        StatusData.create(status, statusDescription),
        startNanos + trace.epochMinusNanoTime(),
        endNanos + trace.epochMinusNanoTime(),
        getAttributes(),
        List.copyOf(events),
        links,
        trace.scope(),
        trace.failures().resource());
  }
}
