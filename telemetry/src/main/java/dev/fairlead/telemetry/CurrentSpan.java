package dev.fairlead.telemetry;

import io.opentelemetry.api.trace.Span;
import io.prometheus.metrics.tracer.common.SpanContext;

/**
 * Tells the registry which trace a measurement belongs to, so that a histogram's bucket names an
 * example: the span that is current, or else the one of the call being served.
 */
final class CurrentSpan implements SpanContext {

  @Override
  public String getCurrentTraceId() {
    return span().getSpanContext().getTraceId();
  }

  @Override
  public String getCurrentSpanId() {
    return span().getSpanContext().getSpanId();
  }

  @Override
  public boolean isCurrentSpanSampled() {
    return span().getSpanContext().isSampled();
  }

  @Override
  public void markCurrentSpanAsExemplar() {
    span().setAttribute(EXEMPLAR_ATTRIBUTE_NAME, EXEMPLAR_ATTRIBUTE_VALUE);
  }

  private static Span span() {
    Span current = Span.current();
    return current.getSpanContext().isValid() ? current : Span.fromContext(CallContext.TRACE.get());
  }
}
