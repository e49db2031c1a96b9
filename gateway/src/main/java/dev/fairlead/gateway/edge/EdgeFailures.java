package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.HttpFailures;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletionException;

/** What an exception of the HTTP server means. */
final class EdgeFailures {

  private EdgeFailures() {}

  static Failure of(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof FailureException known) {
      return known.failure();
    }
    if (cause instanceof HttpStatusException status
        && status.httpStatus().equals(HttpStatus.BAD_REQUEST)) {
      return new Failure.InvalidRequest("body: not framed as its headers say", null, null);
    }
    if (cause instanceof HttpStatusException status && status.getCause() != null) {
      return of(status.getCause());
    }
    if (cause instanceof HttpStatusException status
        && status.httpStatus().equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)) {
      return tooLarge("the configured limit");
    }
    if (cause instanceof ContentTooLargeException tooLarge) {
      return tooLarge(tooLarge.maxContentLength() + " bytes");
    }
    if (cause instanceof RequestTimeoutException) {
      return new Failure.InvalidRequest(
          "body: did not arrive in time", null, HttpFailures.REQUEST_TIMEOUT);
    }
    if (cause instanceof ClosedChannelException
        || cause instanceof ClosedSessionException
        || cause instanceof ClosedStreamException
        || cause instanceof ResponseCompleteException
        || cause instanceof CancelledSubscriptionException) {
      return new Failure.Cancelled("the client closed the connection");
    }
    return new Failure.Internal("internal error");
  }

  private static Failure tooLarge(String limit) {
    return new Failure.InvalidRequest(
        "body: too large (expected: at most " + limit + ")", null, HttpFailures.REQUEST_TOO_LARGE);
  }
}
