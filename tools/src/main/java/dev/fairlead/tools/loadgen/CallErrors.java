package dev.fairlead.tools.loadgen;

import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.common.TimeoutException;

/** Kinds of failure, as they stand in the report. */
final class CallErrors {

  /** The stream said that it failed. */
  static final String STREAM_ERROR = "stream_error";

  /** The stream ended without its terminator. */
  static final String STREAM_TRUNCATED = "stream_truncated";

  private CallErrors() {}

  /** An answer that is no success. */
  static String ofStatus(int status) {
    return "status_" + status;
  }

  /** No connection, no answer in time, or a connection that was lost on the way. */
  static String of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof TimeoutException) {
        return "timeout";
      }
      if (cause instanceof UnprocessedRequestException) {
        return "connect";
      }
    }
    return "connection_lost";
  }
}
