package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ErrorHeaders;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import dev.fairlead.v1.UpstreamError;

/** Failures as HTTP responses in a dialect. */
final class FailureResponses {

  private FailureResponses() {}

  /** A failure of the gateway's own. */
  static HttpResponse of(Failure failure, DialectCodec codec, String requestId) {
    return of(FailedAnswer.of(failure), codec, requestId);
  }

  /**
   * A failed answer; a vendor that refused the caller's request in the caller's dialect is quoted
   * word for word.
   */
  static HttpResponse of(FailedAnswer failed, DialectCodec codec, String requestId) {
    Failure failure = failed.failure();
    int status = codec.status(failure);
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(HttpStatus.valueOf(status))
            .contentType(MediaType.JSON)
            .set("x-request-id", requestId)
            .set("x-fairlead-attempts", Integer.toString(failed.attempts()));
    ErrorHeaders retry = ErrorHeaders.of(failure);
    (failed.retriesSpent() ? retry.withoutRetries() : retry).forEach(headers::set);
    codec.responseHeaders(requestId).forEach(headers::set);
    if (failed.upstream() != null) {
      AnswerHeaders.vendor(headers, failed.upstream().getResponseHeadersMap());
    }
    return HttpResponse.of(headers.build(), HttpData.wrap(body(failed, codec, requestId)));
  }

  private static byte[] body(FailedAnswer failed, DialectCodec codec, String requestId) {
    UpstreamError upstream = failed.upstream();
    if (upstream == null
        || upstream.getBody().isEmpty()
        || !codec.sharesErrorsWith(upstream.getDialect())) {
      return codec.error(failed.failure(), requestId);
    }
    boolean callers =
        failed.failure() instanceof Failure.UpstreamRejected rejected
            && rejected.fault() == Failure.UpstreamRejected.Fault.CALLER;
    return callers ? upstream.getBody().toByteArray() : codec.error(failed.failure(), requestId);
  }
}
