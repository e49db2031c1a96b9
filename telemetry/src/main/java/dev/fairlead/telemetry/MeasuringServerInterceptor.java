package dev.fairlead.telemetry;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Puts every call into its {@link CallContext}, gives it a span, and measures it. */
final class MeasuringServerInterceptor implements ServerInterceptor {

  private final Tracer tracer;
  private final MeterRegistry registry;
  private final boolean trustsTenant;
  private final ConcurrentHashMap<String, MethodInstruments> methods = new ConcurrentHashMap<>();

  /**
   * @param trustsTenant whether callers are our own services, whose word on the tenant counts
   */
  MeasuringServerInterceptor(Tracer tracer, MeterRegistry registry, boolean trustsTenant) {
    this.tracer = tracer;
    this.registry = registry;
    this.trustsTenant = trustsTenant;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    MethodInstruments method = instruments(call.getMethodDescriptor());
    io.opentelemetry.context.Context parent = parent(headers);
    Span span = method.traced() ? startSpan(method, parent) : Span.getInvalid();
    CallScope scope =
        CallScope.of(
            context(headers, span.getSpanContext().isValid() ? parent.with(span) : parent));
    MeasuredServerCall<Q, R> measured = new MeasuredServerCall<>(call, method, scope, span);
    CallScope.Entered entered = scope.enter();
    try {
      return new ScopedListener<>(next.startCall(measured, headers), scope, measured);
    } catch (RuntimeException | Error e) {
      measured.failed(e);
      throw e;
    } finally {
      entered.leave();
    }
  }

  private MethodInstruments instruments(MethodDescriptor<?, ?> descriptor) {
    MethodInstruments known = methods.get(descriptor.getFullMethodName());
    return known != null
        ? known
        : methods.computeIfAbsent(
            descriptor.getFullMethodName(), name -> new MethodInstruments(descriptor, registry));
  }

  private Span startSpan(MethodInstruments method, io.opentelemetry.context.Context parent) {
    Span span =
        tracer
            .spanBuilder(method.spanName())
            .setParent(parent)
            .setSpanKind(SpanKind.SERVER)
            .startSpan();
    if (span.isRecording()) {
      span.setAllAttributes(method.attributes());
    }
    return span;
  }

  /** What the metadata says; inside a process the caller's own context says it already. */
  private Context context(Metadata headers, io.opentelemetry.context.Context trace) {
    Context current = Context.current();
    String known = CallContext.REQUEST_ID.get(current);
    @Nullable String said = headers.get(CallHeaders.REQUEST_ID);
    String requestId = said == null && !known.isEmpty() ? known : RequestIds.validOrFresh(said);
    boolean same = requestId.equals(known) && trace == CallContext.TRACE.get(current);
    Context context =
        same
            ? current
            : current.withValues(CallContext.REQUEST_ID, requestId, CallContext.TRACE, trace);
    @Nullable String tenant = trustsTenant ? headers.get(CallHeaders.TENANT) : null;
    return tenant == null || tenant.isEmpty()
        ? context
        : context.withValue(CallContext.TENANT, tenant);
  }

  /** Where the headers name the span that is current here, the hop did not leave the process. */
  private static io.opentelemetry.context.Context parent(Metadata headers) {
    SpanContext here = Span.current().getSpanContext();
    String said = headers.get(CallHeaders.TRACE_PARENT);
    if (said != null && !(here.isValid() && said.contains(here.getSpanId()))) {
      return CallHeaders.trace(headers);
    }
    return here.isValid() ? io.opentelemetry.context.Context.current() : CallContext.TRACE.get();
  }
}
