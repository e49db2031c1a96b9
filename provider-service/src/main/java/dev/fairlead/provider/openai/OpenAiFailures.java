package dev.fairlead.provider.openai;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.v1.AttemptResult;
import io.netty.channel.ConnectTimeoutException;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What a vendor's status, error object or silence means. Messages name the kind of trouble and
 * never the host, the key or a header; the vendor's own words are passed on only where the caller's
 * request is at fault.
 */
final class OpenAiFailures {

  private static final Duration LONGEST_WAIT = Duration.ofDays(1);
  private static final int LONGEST_MESSAGE = 500;

  private final String provider;
  private final String key;

  OpenAiFailures(String provider, String key) {
    this.provider = provider;
    this.key = key;
  }

  /**
   * An answer with a status of 300 or more.
   *
   * @param body JSON of the error, empty when it was none
   */
  UpstreamFailure ofStatus(
      int status, ResponseHeaders headers, @Nullable VendorError error, ByteString body) {
    return classify(status, status, retryAfter(headers), error, body);
  }

  /** An {@code error} object where an answer was expected. */
  UpstreamFailure ofErrorObject(VendorError error, ByteString body) {
    int status = error.statusInCode();
    if (status == 0) {
      status = status(error);
    }
    return classify(status, 200, null, error, body);
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
      return UpstreamFailure.malformed("provider " + provider + ": the answer was cut", 0);
    }
    String what =
        switch (cause) {
          case UnknownHostException e -> "its host name is not known";
          case SSLException e -> "TLS failed";
          case java.net.ConnectException e -> "connection refused";
          default -> "the connection broke";
        };
    return UpstreamFailure.unavailable("provider " + provider + ": " + what);
  }

  UpstreamFailure malformed(String what, int status) {
    return UpstreamFailure.malformed("provider " + provider + ": " + what, status);
  }

  private UpstreamFailure classify(
      int status,
      int httpStatus,
      @Nullable Duration wait,
      @Nullable VendorError error,
      ByteString body) {
    return switch (status) {
      case 401, 403 ->
          rejected(
              "refused our credentials (" + status + ")",
              status,
              Fault.CONFIGURATION,
              Next.OTHER_MODEL);
      case 402 -> rejected("asks for payment (402)", status, Fault.CONFIGURATION, Next.OTHER_MODEL);
      case 429 -> rateLimited(wait, error);
      case 408, 409, 424, 425 -> unavailable(status, httpStatus, wait);
      case 404 -> callers(status, error, body, Next.OTHER_MODEL);
      default -> {
        if (status >= 500) {
          yield unavailable(status, httpStatus, wait);
        }
        yield status >= 400
            ? callers(status, error, body, Next.NOTHING)
            : malformed("answered with a redirect (" + status + "), which is not followed", status);
      }
    };
  }

  private UpstreamFailure callers(
      int status, @Nullable VendorError error, ByteString body, Next next) {
    String message = error == null ? null : error.message();
    boolean leaks =
        !key.isEmpty()
            && (body.toStringUtf8().contains(key) || (message != null && message.contains(key)));
    String text =
        message == null || leaks
            ? "the model refused the request (" + status + ")"
            : shortened(message);
    return new UpstreamFailure(
        new Failure.UpstreamRejected(text, status, Fault.CALLER),
        next,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        status,
        leaks ? ByteString.EMPTY : body,
        null);
  }

  private UpstreamFailure rejected(String what, int status, Fault fault, Next next) {
    return new UpstreamFailure(
        new Failure.UpstreamRejected("provider " + provider + " " + what, status, fault),
        next,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        status,
        ByteString.EMPTY,
        null);
  }

  private UpstreamFailure rateLimited(@Nullable Duration wait, @Nullable VendorError error) {
    boolean quota =
        error != null
            && (error.says("insufficient_quota")
                || error.says("credit_balance_exhausted")
                || error.says("billing_hard_limit_reached"));
    String what = quota ? "has no quota left (429)" : "limits the rate (429)";
    return new UpstreamFailure(
        new Failure.RateLimited("provider " + provider + " " + what, quota ? null : wait),
        quota ? Next.OTHER_MODEL : Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_RATE_LIMITED,
        429,
        ByteString.EMPTY,
        null);
  }

  private UpstreamFailure unavailable(int status, int httpStatus, @Nullable Duration wait) {
    return new UpstreamFailure(
        new Failure.UpstreamUnavailable(
            "provider " + provider + " failed (" + status + ")", status, wait),
        Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_UNAVAILABLE,
        httpStatus,
        ByteString.EMPTY,
        null);
  }

  private static int status(VendorError error) {
    if (error.says("insufficient_quota")
        || error.says("rate_limit_exceeded")
        || error.says("rate_limit_error")) {
      return 429;
    }
    if (error.says("invalid_request_error")) {
      return 400;
    }
    return error.says("authentication_error") || error.says("invalid_api_key") ? 401 : 502;
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + "...";
  }

  /**
   * {@code Retry-After-Ms}, else {@code Retry-After} in seconds or as a date; nonsense is no wish.
   */
  static @Nullable Duration retryAfter(ResponseHeaders headers) {
    String millis = headers.get("retry-after-ms");
    String after = headers.get(HttpHeaderNames.RETRY_AFTER);
    try {
      if (millis != null) {
        return bounded(Double.parseDouble(millis) / 1000);
      }
      return after == null ? null : bounded(Double.parseDouble(after.trim()));
    } catch (NumberFormatException e) {
      return after == null ? null : untilDate(after.trim());
    }
  }

  private static @Nullable Duration untilDate(String date) {
    try {
      Instant then = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return bounded(Duration.between(Instant.now(), then).toMillis() / 1000.0);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Duration bounded(double seconds) {
    if (!(seconds >= 0)) {
      return null;
    }
    return Duration.ofMillis((long) (Math.min(seconds, LONGEST_WAIT.toSeconds()) * 1000));
  }
}
