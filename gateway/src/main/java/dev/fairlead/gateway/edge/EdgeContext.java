package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.LimitsConfig;
import dev.fairlead.gateway.dialect.Timing;
import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.telemetry.CallContext;
import dev.fairlead.telemetry.GenAi;
import dev.fairlead.telemetry.RequestIds;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.AsciiString;
import io.netty.util.AttributeKey;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns an HTTP request's headers into what the pipeline carries: a checked request id, the tenant,
 * the trace with a server span, the deadline, and cancellation when the client goes away.
 */
final class EdgeContext {

  private static final AttributeKey<String> REQUEST_ID =
      AttributeKey.valueOf(EdgeContext.class, "REQUEST_ID");
  private static final AttributeKey<Principal> PRINCIPAL =
      AttributeKey.valueOf(EdgeContext.class, "PRINCIPAL");
  private static final List<AsciiString> FORWARDED =
      Stream.of("anthropic-version", "x-slo-ttft-ms", "x-slo-tpot-ms")
          .map(HttpHeaderNames::of)
          .toList();

  /** Those whose value is a list, which may come on several lines (RFC 9110, section 5.3). */
  private static final List<AsciiString> FORWARDED_LISTS =
      Stream.of("anthropic-beta", "openai-beta").map(HttpHeaderNames::of).toList();

  private static final AsciiString CLIENT_ID = HttpHeaderNames.of("x-request-id");
  private static final AsciiString CLIENT_RETRIES = HttpHeaderNames.of("x-stainless-retry-count");
  private static final AsciiString TRACE_PARENT = HttpHeaderNames.of("traceparent");

  private static final Pattern RETRY_COUNT = Pattern.compile("[0-9]+");
  private static final int MOST_CLIENT_RETRIES = 99;
  private static final TextMapGetter<RequestHeaders> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(RequestHeaders headers) {
          return headers.names().stream().map(CharSequence::toString).toList();
        }

        @Override
        public @Nullable String get(@Nullable RequestHeaders headers, String key) {
          return headers == null ? null : headers.get(key);
        }
      };

  private final OpenTelemetry openTelemetry;
  private final Tracer tracer;
  private final LimitsConfig limits;

  EdgeContext(OpenTelemetry openTelemetry, Tracer tracer, LimitsConfig limits) {
    this.openTelemetry = openTelemetry;
    this.tracer = tracer;
    this.limits = limits;
  }

  /**
   * The request's id: the client's own when it is a valid one. The same however often it is asked
   * for.
   */
  static String requestId(ServiceRequestContext context) {
    String known = context.attr(REQUEST_ID);
    if (known == null) {
      known = RequestIds.validOrFresh(context.request().headers().get(CLIENT_ID));
      context.setAttr(REQUEST_ID, known);
    }
    return known;
  }

  /** Who makes the request, as the door found out. */
  static Principal principal(ServiceRequestContext context) {
    Principal known = context.attr(PRINCIPAL);
    return known == null ? Principal.ANONYMOUS : known;
  }

  /** Remembers who makes the request. */
  static void admitted(ServiceRequestContext context, Principal principal) {
    context.setAttr(PRINCIPAL, principal);
  }

  /** Opens the scope of a request with the configured total time. */
  CallScope open(ServiceRequestContext context) {
    return open(context, Timing.NONE);
  }

  /**
   * Opens the scope of a request; its server span ends with the response that {@link #cancelling}
   * is told of.
   *
   * @param timing the caller's own timeout may be shorter than the configured one, never longer
   */
  CallScope open(ServiceRequestContext context, Timing timing) {
    RequestHeaders headers = context.request().headers();
    Context parent =
        headers.contains(TRACE_PARENT)
            ? openTelemetry
                .getPropagators()
                .getTextMapPropagator()
                .extract(Context.root(), headers, GETTER)
            : Context.root();
    Principal principal = principal(context);
    Span span = span(context, parent, principal);
    CallScope scope =
        CallScope.open(
            CallContext.of(requestId(context), principal.tenant(), parent.with(span))
                .withValue(Principal.CURRENT, principal),
            shorter(limits.requestTimeout(), timing.timeout()),
            context.eventLoop(),
            context.eventLoop());
    boolean anthropic = context.path().startsWith("/v1/messages");
    scope.whenLimited(status ->
        (anthropic ? LimitHeaders.anthropic(status, Instant.now()) : LimitHeaders.openAi(status))
            .forEach(context::setAdditionalResponseHeader));
    return scope;
  }

  private Span span(ServiceRequestContext context, Context parent, Principal principal) {
    SpanShape shape = SpanShape.of(context);
    Span span =
        tracer.spanBuilder(shape.name()).setParent(parent).setSpanKind(SpanKind.SERVER).startSpan();
    if (span.isRecording()) {
      span.setAllAttributes(shape.attributes());
      span.setAttribute("fairlead.request_id", requestId(context));
      span.setAttribute("fairlead.tenant", principal.tenant());
    }
    return span;
  }

  private static Duration shorter(Duration configured, @Nullable Duration wanted) {
    return wanted != null && wanted.compareTo(configured) < 0 ? wanted : configured;
  }

  /**
   * The response of a request whose scope ends when the client does not take the response to its
   * end.
   *
   * <p>Over HTTP/1 the server lets a response live for a second after its connection has gone, so
   * the connection itself is listened to as well.
   */
  static HttpResponse cancelling(
      ServiceRequestContext context, CallScope scope, HttpResponse response) {
    ChannelFuture closed = context.sessionProtocol().isMultiplex() ? null : closeOf(context);
    ChannelFutureListener gone = future -> scope.cancel();
    if (closed != null) {
      closed.addListener(gone);
    }
    response
        .whenComplete()
        .whenComplete((taken, error) -> {
          if (closed != null) {
            closed.removeListener(gone);
          }
          if (error != null) {
            scope.cancel();
          }
          end(context, Span.fromContext(scope.trace()));
        });
    return response;
  }

  private static @Nullable ChannelFuture closeOf(ServiceRequestContext context) {
    Channel channel = context.log().ensureAvailable(RequestLogProperty.SESSION).channel();
    return channel == null ? null : channel.closeFuture();
  }

  /** Asked for at the end, the log says what is known; told of it, it would look at each step. */
  private static void end(ServiceRequestContext context, Span span) {
    if (!span.isRecording()) {
      return;
    }
    RequestLog log = context.log().getIfAvailable(RequestLogProperty.RESPONSE_HEADERS);
    int status = log == null ? 0 : log.responseStatus().code();
    if (status > 0) {
      span.setAttribute("http.response.status_code", status);
    }
    if (status >= 500) {
      span.setStatus(StatusCode.ERROR);
      span.setAttribute(GenAi.ERROR_TYPE, Integer.toString(status));
    }
    span.end();
  }

  /** Client headers that a vendor should see. */
  static Map<String, String> forwarded(RequestHeaders headers) {
    Map<String, String> found = new HashMap<>();
    for (AsciiString name : FORWARDED) {
      String value = headers.get(name);
      if (value != null) {
        found.put(name.toString(), value);
      }
    }
    for (AsciiString name : FORWARDED_LISTS) {
      List<String> lines = headers.getAll(name);
      if (!lines.isEmpty()) {
        found.put(name.toString(), String.join(",", lines));
      }
    }
    return found;
  }

  /** How often the client's SDK has already retried, up to 99; 0 for what is not a number. */
  static int clientRetries(RequestHeaders headers) {
    String value = headers.get(CLIENT_RETRIES);
    if (value == null || !RETRY_COUNT.matcher(value).matches()) {
      return 0;
    }
    return value.length() > 2 ? MOST_CLIENT_RETRIES : Integer.parseInt(value);
  }
}
