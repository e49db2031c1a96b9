package dev.fairlead.provider.gemini;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.UnprocessedRequestException;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.v1.AttemptResult;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What Gemini's errors mean. Messages name the kind of trouble and never the host, the key or a
 * header; the vendor's own words are passed on only where the caller's request is at fault.
 */
final class GeminiFailures {

  private static final int LONGEST_MESSAGE = 500;

  private final String provider;
  private final String key;

  GeminiFailures(String provider, String key) {
    this.provider = provider;
    this.key = key;
  }

  /**
   * An error, by status or inside an answer.
   *
   * @param httpStatus what the transport said, 0 when the error came in a stream
   * @param retryAfter of the header, used where the error itself says nothing
   */
  UpstreamFailure of(int httpStatus, @Nullable VendorError error, @Nullable Duration retryAfter) {
    int status = error != null && error.code() >= 400 ? error.code() : httpStatus;
    Duration wait = error != null && error.retryAfter() != null ? error.retryAfter() : retryAfter;
    if (error != null && ourFault(error)) {
      return rejected("refused our credentials or project (" + status + ")", status);
    }
    return switch (status) {
      case 401, 403 -> rejected("refused our credentials (" + status + ")", status);
      case 402 -> rejected("asks for payment (402)", status);
      case 404 -> callers(status, error, Next.OTHER_MODEL);
      case 408, 409, 424, 425, 499 -> unavailable(status, wait);
      case 429 -> rateLimited(error != null && error.daily(), wait);
      default -> {
        if (status >= 500 || status == 200) {
          yield unavailable(status, wait);
        }
        yield status >= 400
            ? callers(status, error, Next.NOTHING)
            : malformed("answered with a redirect (" + status + "), which is not followed", status);
      }
    };
  }

  /** A bad key, a project without billing or a region that is not served all come as a 400. */
  private static boolean ourFault(VendorError error) {
    return error.reason().startsWith("API_KEY_")
        || error.reason().equals("SERVICE_DISABLED")
        || error.reason().equals("BILLING_DISABLED")
        || error.status().equals("FAILED_PRECONDITION");
  }

  /** The connection could not be made, or broke. */
  UpstreamFailure ofTransport(Throwable problem, boolean answering) {
    Throwable cause =
        problem instanceof UnprocessedRequestException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    if (cause instanceof ConnectTimeoutException) {
      return UpstreamFailure.timeout("provider " + provider + ": no connection in time");
    }
    if (answering) {
      return malformed("the answer was cut", 0);
    }
    String what =
        switch (cause) {
          case UnknownHostException e -> "its host name is not known";
          case SSLException e -> "TLS failed";
          case ConnectException e -> "connection refused";
          default -> "the connection broke";
        };
    return UpstreamFailure.unavailable("provider " + provider + ": " + what);
  }

  UpstreamFailure malformed(String what, int status) {
    return UpstreamFailure.malformed("provider " + provider + ": " + what, status);
  }

  private UpstreamFailure callers(int status, @Nullable VendorError error, Next next) {
    String message = error == null ? "" : error.message();
    boolean leaks = !key.isEmpty() && message.contains(key);
    String text =
        message.isEmpty() || leaks
            ? "the model refused the request (" + status + ")"
            : message.substring(0, Math.min(message.length(), LONGEST_MESSAGE));
    return new UpstreamFailure(
        new Failure.UpstreamRejected(text, status, Fault.CALLER),
        next,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        status,
        ByteString.EMPTY,
        null);
  }

  private UpstreamFailure rejected(String what, int status) {
    return new UpstreamFailure(
        new Failure.UpstreamRejected(
            "provider " + provider + " " + what, status, Fault.CONFIGURATION),
        Next.OTHER_MODEL,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        status,
        ByteString.EMPTY,
        null);
  }

  private UpstreamFailure rateLimited(boolean daily, @Nullable Duration wait) {
    String what = daily ? "has no quota left today (429)" : "limits the rate (429)";
    return new UpstreamFailure(
        new Failure.RateLimited("provider " + provider + " " + what, daily ? null : wait),
        daily ? Next.OTHER_MODEL : Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_RATE_LIMITED,
        429,
        ByteString.EMPTY,
        null);
  }

  private UpstreamFailure unavailable(int status, @Nullable Duration wait) {
    return new UpstreamFailure(
        new Failure.UpstreamUnavailable(
            "provider " + provider + " failed (" + status + ")", status, wait),
        Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_UNAVAILABLE,
        status,
        ByteString.EMPTY,
        null);
  }
}
