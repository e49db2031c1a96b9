package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.ContentTooLargeException;
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
    Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof FailureException known) {
      return known.failure();
    }
    if (cause instanceof ContentTooLargeException tooLarge) {
      return new Failure.InvalidRequest(
          "body: more than " + tooLarge.maxContentLength() + " bytes (expected: at most that)",
          null,
          HttpFailures.REQUEST_TOO_LARGE);
    }
    if (cause instanceof RequestTimeoutException) {
      return new Failure.Timeout("the request body did not arrive in time");
    }
    if (cause instanceof ClosedChannelException
        || cause instanceof com.linecorp.armeria.common.ClosedSessionException
        || cause instanceof com.linecorp.armeria.common.stream.CancelledSubscriptionException) {
      return new Failure.Cancelled("the client closed the connection");
    }
    return new Failure.Internal("internal error");
  }
}
