package dev.fairlead.telemetry;

import io.opentelemetry.api.trace.Span;
import io.prometheus.metrics.tracer.common.SpanContext;

/**
 * Tells the registry which trace a measurement belongs to, so that a histogram's bucket names an
 * example.
 */
final class CurrentSpan implements SpanContext {

  @Override
  public String getCurrentTraceId() {
    return Span.current().getSpanContext().getTraceId();
  }

  @Override
  public String getCurrentSpanId() {
    return Span.current().getSpanContext().getSpanId();
  }

  @Override
  public boolean isCurrentSpanSampled() {
    io.opentelemetry.api.trace.SpanContext span = Span.current().getSpanContext();
    return span.isValid() && span.isSampled();
  }

  @Override
  public void markCurrentSpanAsExemplar() {
    Span.current().setAttribute(EXEMPLAR_ATTRIBUTE_NAME, EXEMPLAR_ATTRIBUTE_VALUE);
  }
}
