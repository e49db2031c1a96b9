package dev.fairlead.telemetry;

import io.grpc.Context;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Makes a call's context visible on the current thread: gRPC context, trace context, and the two
 * log keys.
 */
record CallScope(
    Context call,
    io.opentelemetry.context.Context trace,
    String requestId,
    @Nullable String traceId) {

  static final String REQUEST_ID = "request_id";
  static final String TRACE_ID = "trace_id";

  static CallScope of(Context call) {
    io.opentelemetry.context.Context trace = CallContext.TRACE.get(call);
    SpanContext span = Span.fromContext(trace).getSpanContext();
    return new CallScope(
        call, trace, CallContext.REQUEST_ID.get(call), span.isValid() ? span.getTraceId() : null);
  }

  void run(Runnable task) {
    Entered entered = enter();
    try {
      task.run();
    } finally {
      entered.leave();
    }
  }

  /**
   * Must be left on the same thread. In-process hops nest on one thread, so what was there before
   * is put back.
   */
  @SuppressWarnings("MustBeClosedChecker") // Entered closes it
  Entered enter() {
    return new Entered(
        this,
        call.attach(),
        trace.makeCurrent(),
        put(REQUEST_ID, requestId),
        put(TRACE_ID, traceId));
  }

  /**
   * Puts the value and answers the one before; nothing is written when they are equal, as on
   * in-process hops.
   */
  private static @Nullable String put(String key, @Nullable String value) {
    String before = MDC.get(key);
    if (value == null || value.isEmpty()) {
      if (before != null) {
        MDC.remove(key);
      }
    } else if (!value.equals(before)) {
      MDC.put(key, value);
    }
    return before;
  }

  record Entered(
      CallScope scope,
      Context previous,
      Scope trace,
      @Nullable String requestIdBefore,
      @Nullable String traceIdBefore) {

    void leave() {
      put(TRACE_ID, traceIdBefore);
      put(REQUEST_ID, requestIdBefore);
      trace.close();
      scope.call.detach(previous);
    }
  }
}
