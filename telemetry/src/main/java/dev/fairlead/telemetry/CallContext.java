package dev.fairlead.telemetry;

import io.grpc.Context;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.util.concurrent.Executor;

/**
 * What belongs to the call being served, on every hop. Set by {@link Telemetry#serverInterceptor()}
 * during each callback of a handler, or by {@link #of} where a request enters by another door; sent
 * on by {@link Telemetry#clientInterceptor()}.
 */
public final class CallContext {

  /** Request id; empty outside of a call. */
  public static final Context.Key<String> REQUEST_ID =
      Context.keyWithDefault("fairlead-request-id", "");

  /** Tenant; {@code default} where none was told. */
  public static final Context.Key<String> TENANT =
      Context.keyWithDefault("fairlead-tenant", "default");

  /** Trace context, so that it also follows {@link Context#wrap} to other threads. */
  static final Context.Key<io.opentelemetry.context.Context> TRACE =
      Context.keyWithDefault("fairlead-trace", io.opentelemetry.context.Context.root());

  private CallContext() {}

  /**
   * The current gRPC context with these values, for a request that did not come in by gRPC: run the
   * outgoing calls in it.
   *
   * @param trace context whose span becomes the parent of the next hop
   */
  public static Context of(
      String requestId, String tenant, io.opentelemetry.context.Context trace) {
    return Context.current().withValues(REQUEST_ID, requestId, TENANT, tenant, TRACE, trace);
  }

  /** The trace context that {@code context} carries; the root without one. */
  public static io.opentelemetry.context.Context trace(Context context) {
    return TRACE.get(context);
  }

  /** Id of the trace that {@code context} belongs to, 32 hexadecimal digits; empty without one. */
  public static String traceId(Context context) {
    SpanContext span = Span.fromContext(TRACE.get(context)).getSpanContext();
    return span.isValid() ? span.getTraceId() : "";
  }

  /**
   * An executor whose tasks see what the submitting thread sees: gRPC context with deadline and
   * cancellation, trace, and the request id in logs.
   */
  public static Executor carrying(Executor executor) {
    return task -> {
      CallScope scope = CallScope.of(Context.current());
      executor.execute(() -> scope.run(task));
    };
  }
}
