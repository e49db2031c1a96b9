package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.ExchangeType;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RoutingContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.HttpFailures;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint: refuses other methods and other content types, gathers the body, and answers
 * whatever goes wrong in the endpoint's dialect. Subclasses only say what they do with the request.
 */
abstract class EdgeService implements HttpService {

  private static final Logger logger = LoggerFactory.getLogger(EdgeService.class);

  private final DialectCodec errors;
  private final Set<HttpMethod> methods;

  EdgeService(DialectCodec errors, HttpMethod... methods) {
    this.errors = errors;
    this.methods = Set.of(methods);
  }

  /** Handles a request with its whole body; runs on the event loop. */
  abstract HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body)
      throws Exception;

  /** In whose format an error is told; the endpoint's own, unless it serves several. */
  DialectCodec errorsFor(RequestHeaders headers) {
    return errors;
  }

  /**
   * Bodies are taken whole, so the server need not stream them. Over HTTP/2, though, it has a clock
   * only for bodies that it streams.
   */
  @Override
  public final ExchangeType exchangeType(RoutingContext context) {
    return context.sessionProtocol().isMultiplex()
        ? ExchangeType.BIDI_STREAMING
        : ExchangeType.RESPONSE_STREAMING;
  }

  @Override
  public final HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    RequestHeaders headers = request.headers();
    try {
      DoorGuard.check(context);
    } catch (FailureException e) {
      return afterBody(context, request, failed(context, e));
    }
    if (!methods.contains(headers.method())) {
      return afterBody(context, request, methodNotAllowed(context));
    }
    CompletableFuture<AggregatedHttpRequest> body = request.aggregate(context.eventLoop());
    return isAvailable(body)
        ? received(context, headers, body.join())
        : HttpResponse.of(
            body.handle((aggregated, error) ->
                error != null ? failed(context, error) : received(context, headers, aggregated)));
  }

  /**
   * A refusal that waits for the body to end. Answered earlier, an HTTP/2 stream would be reset
   * behind the answer, and some clients then no longer read it.
   */
  static HttpResponse afterBody(
      ServiceRequestContext context, HttpRequest request, HttpResponse refusal) {
    CompletableFuture<AggregatedHttpRequest> body = request.aggregate(context.eventLoop());
    return body.isDone() ? refusal : HttpResponse.of(body.handle((taken, error) -> refusal));
  }

  /** As a rule: the server gathers the body before it calls, see {@link #exchangeType}. */
  private static boolean isAvailable(CompletableFuture<AggregatedHttpRequest> body) {
    return body.isDone() && !body.isCompletedExceptionally();
  }

  private HttpResponse received(
      ServiceRequestContext context, RequestHeaders headers, AggregatedHttpRequest request) {
    context.clearRequestTimeout();
    return answered(context, headers, bytes(request.content()));
  }

  private HttpResponse answered(
      ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    try {
      requireJson(headers, body);
      return handle(context, headers, body);
    } catch (Exception e) {
      return failed(context, e);
    }
  }

  private static byte[] bytes(HttpData content) {
    return content.array();
  }

  private static void requireJson(RequestHeaders headers, byte[] body) {
    if (headers.contains(HttpHeaderNames.CONTENT_ENCODING) && isPacked(headers)) {
      throw new Failure.InvalidRequest(
              "content-encoding: not supported (expected: none)",
              null,
              HttpFailures.UNSUPPORTED_MEDIA_TYPE)
          .asException();
    }
    @Nullable MediaType type = headers.contentType();
    if (body.length > 0 && (type == null || !type.is(MediaType.JSON.withoutParameters()))) {
      throw new Failure.InvalidRequest(
              "content-type: "
                  + (type == null ? "missing" : type)
                  + " (expected: application/json)",
              null,
              HttpFailures.UNSUPPORTED_MEDIA_TYPE)
          .asException();
    }
  }

  private static boolean isPacked(RequestHeaders headers) {
    return headers.getAll(HttpHeaderNames.CONTENT_ENCODING).stream()
        .anyMatch(encoding -> !encoding.equalsIgnoreCase("identity"));
  }

  HttpResponse failed(ServiceRequestContext context, Throwable error) {
    Failure failure = EdgeFailures.of(error);
    if (failure instanceof Failure.Internal) {
      logger.error("request {} failed at the edge", EdgeContext.requestId(context), error);
    }
    return FailureResponses.of(
        failure, errorsFor(context.request().headers()), EdgeContext.requestId(context));
  }

  /** A failure of a call to another service, as a response. */
  HttpResponse unavailable(ServiceRequestContext context, Throwable error) {
    return FailureResponses.of(
        FailureStatus.fromThrowable(error), errors, EdgeContext.requestId(context));
  }

  private HttpResponse methodNotAllowed(ServiceRequestContext context) {
    String allow =
        methods.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));
    Failure failure =
        new Failure.InvalidRequest(
            "method: " + context.method() + " (expected: " + allow + ")",
            null,
            HttpFailures.METHOD_NOT_ALLOWED);
    String requestId = EdgeContext.requestId(context);
    ResponseHeadersBuilder headers = Json.headers(405, requestId).set("allow", allow);
    DialectCodec codec = errorsFor(context.request().headers());
    codec.responseHeaders(requestId).forEach(headers::set);
    return HttpResponse.of(headers.build(), HttpData.wrap(codec.error(failure, requestId)));
  }
}
