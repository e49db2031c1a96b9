package dev.fairlead.telemetry;

import io.grpc.Metadata;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The metadata that travels on every hop. */
final class CallHeaders {

  static final Metadata.Key<String> REQUEST_ID = ascii("x-request-id");
  static final Metadata.Key<String> TENANT = ascii("x-fairlead-tenant");
  static final Metadata.Key<String> TRACE_PARENT = ascii("traceparent");
  static final Metadata.Key<String> TRACE_STATE = ascii("tracestate");

  private static final TextMapGetter<Metadata> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Metadata carrier) {
          return List.of(TRACE_PARENT.name(), TRACE_STATE.name());
        }

        @Override
        public @Nullable String get(@Nullable Metadata carrier, String key) {
          return carrier == null ? null : carrier.get(key(key));
        }
      };

  private static final TextMapSetter<Metadata> SETTER =
      (carrier, key, value) -> {
        if (carrier != null) {
          carrier.discardAll(key(key));
          carrier.put(key(key), value);
        }
      };

  private CallHeaders() {}

  /** The caller's trace context; the root where it sent none. */
  static Context trace(Metadata headers) {
    return headers.containsKey(TRACE_PARENT)
        ? W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, GETTER)
        : Context.root();
  }

  /** Adds the call's context; an id or tenant that the caller has put there itself stays. */
  static void put(Metadata headers, io.grpc.Context call) {
    String requestId = CallContext.REQUEST_ID.get(call);
    if (!requestId.isEmpty() && !headers.containsKey(REQUEST_ID)) {
      headers.put(REQUEST_ID, requestId);
    }
    if (!headers.containsKey(TENANT)) {
      headers.put(TENANT, CallContext.TENANT.get(call));
    }
    Context trace =
        Span.current().getSpanContext().isValid() ? Context.current() : CallContext.TRACE.get(call);
    W3CTraceContextPropagator.getInstance().inject(trace, headers, SETTER);
  }

  private static Metadata.Key<String> key(String name) {
    return switch (name) {
      case "traceparent" -> TRACE_PARENT;
      case "tracestate" -> TRACE_STATE;
      default -> ascii(name);
    };
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
