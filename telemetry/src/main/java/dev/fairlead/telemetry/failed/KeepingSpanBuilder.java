package dev.fairlead.telemetry.failed;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Puts down what a span is to be until it is known which kind of span it becomes. */
final class KeepingSpanBuilder implements SpanBuilder {

  private final KeepingTracer tracer;
  private final String name;
  private @Nullable Context parent;
  private SpanKind kind = SpanKind.INTERNAL;
  private @Nullable AttributesBuilder attributes;
  private List<LinkData> links = List.of();
  private long startEpochNanos;

  KeepingSpanBuilder(KeepingTracer tracer, String name) {
    this.tracer = tracer;
    this.name = name;
  }

  @Override
  public SpanBuilder setParent(Context context) {
    parent = context;
    return this;
  }

  @Override
  public SpanBuilder setNoParent() {
    parent = Context.root();
    return this;
  }

  @Override
  public SpanBuilder addLink(SpanContext other) {
    return addLink(other, Attributes.empty());
  }

  @Override
  public SpanBuilder addLink(SpanContext other, Attributes told) {
    if (links.isEmpty()) {
      links = new ArrayList<>();
    }
    links.add(LinkData.create(other, told));
    return this;
  }

  @Override
  public SpanBuilder setAttribute(String key, @Nullable String value) {
    return setAttribute(AttributeKey.stringKey(key), value);
  }

  @Override
  public SpanBuilder setAttribute(String key, long value) {
    return setAttribute(AttributeKey.longKey(key), value);
  }

  @Override
  public SpanBuilder setAttribute(String key, double value) {
    return setAttribute(AttributeKey.doubleKey(key), value);
  }

  @Override
  public SpanBuilder setAttribute(String key, boolean value) {
    return setAttribute(AttributeKey.booleanKey(key), value);
  }

  @Override
  public <T> SpanBuilder setAttribute(AttributeKey<T> key, @Nullable T value) {
    if (value != null) {
      if (attributes == null) {
        attributes = Attributes.builder();
      }
      attributes.put(key, value);
    }
    return this;
  }

  @Override
  public SpanBuilder setSpanKind(SpanKind spanKind) {
    kind = spanKind;
    return this;
  }

  @Override
  public SpanBuilder setStartTimestamp(long timestamp, TimeUnit unit) {
    startEpochNanos = unit.toNanos(timestamp);
    return this;
  }

  @Override
  public Span startSpan() {
    Context from = parent == null ? Context.current() : parent;
    Span caller = Span.fromContext(from);
    if (caller instanceof KeptSpan kept) {
      return kept(kept.trace(), kept);
    }
    SpanContext known = caller.getSpanContext();
    return tracer.samples(known) ? sampled(from) : kept(tracer.newTrace(known), null);
  }

  private Span kept(KeptTrace trace, @Nullable KeptSpan caller) {
    long now = tracer.nanoTime();
    return new KeptSpan(
        trace,
        caller,
        name,
        kind,
        attributes == null ? Attributes.empty() : attributes.build(),
        List.copyOf(links),
        startEpochNanos == 0 ? now : startEpochNanos - KeptTrace.epochMinusNanoTime(now));
  }

  private Span sampled(Context from) {
    SpanBuilder builder = tracer.sampledBuilder(name).setParent(from).setSpanKind(kind);
    if (attributes != null) {
      builder.setAllAttributes(attributes.build());
    }
    links.forEach(link -> builder.addLink(link.getSpanContext(), link.getAttributes()));
    if (startEpochNanos != 0) {
      builder.setStartTimestamp(startEpochNanos, TimeUnit.NANOSECONDS);
    }
    return builder.startSpan();
  }
}
