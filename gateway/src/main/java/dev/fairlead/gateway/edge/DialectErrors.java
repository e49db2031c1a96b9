package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.HttpFailures;
import dev.fairlead.telemetry.RequestIds;
import org.jspecify.annotations.Nullable;

/** What goes wrong before an endpoint is reached. */
record DialectErrors(ErrorDialects dialects) implements ServerErrorHandler {

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    return FailureResponses.of(
        EdgeFailures.of(cause),
        dialects.of(context.request().headers()),
        EdgeContext.requestId(context));
  }

  @Override
  public @Nullable AggregatedHttpResponse onProtocolViolation(
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    String requestId = RequestIds.fresh();
    Failure failure =
        new Failure.InvalidRequest(
            description == null ? "the request breaks the protocol" : description,
            null,
            code(status));
    DialectCodec codec = dialects.of(headers);
    ResponseHeadersBuilder answer = Json.headers(status.code(), requestId);
    codec.responseHeaders(requestId).forEach(answer::set);
    return AggregatedHttpResponse.of(
        answer.build(), HttpData.wrap(codec.error(failure, requestId)));
  }

  private static String code(HttpStatus status) {
    return switch (status.code()) {
      case 405 -> HttpFailures.METHOD_NOT_ALLOWED;
      case 413 -> HttpFailures.REQUEST_TOO_LARGE;
      case 431 -> HttpFailures.HEADERS_TOO_LARGE;
      default -> "protocol_violation";
    };
  }
}
