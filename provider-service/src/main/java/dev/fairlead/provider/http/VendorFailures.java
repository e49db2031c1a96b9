package dev.fairlead.provider.http;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.UnprocessedRequestException;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import dev.fairlead.common.net.CalledAddresses;
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
 * What a vendor's status, error or silence means. Messages name the kind of trouble and never the
 * host, the key or a header; the vendor's own words are passed on only where the caller's request
 * is at fault, and not if they repeat the key. Pure.
 */
public final class VendorFailures {

  private static final int LONGEST_MESSAGE = 500;

  private final String provider;
  private final String key;

  /** Failures of a provider of that configured name, which is called with that key. */
  public VendorFailures(String provider, String key) {
    this.provider = provider;
    this.key = key;
  }

  /** The vendor said no. */
  public UpstreamFailure of(Refusal refusal) {
    int status = refusal.status();
    if (refusal.cause() == Refusal.Cause.OUR_ACCOUNT) {
      return rejected("refused our credentials or account (" + status + ")", status);
    }
    if (refusal.cause() == Refusal.Cause.CONTENT) {
      return callers(refusal, Next.OTHER_MODEL);
    }
    return switch (status) {
      case 401, 403 -> rejected("refused our credentials (" + status + ")", status);
      case 402 -> rejected("asks for payment (402)", status);
      case 404 -> callers(refusal, Next.OTHER_MODEL);
      case 408, 409, 424, 425, 499 -> unavailable(refusal);
      case 429 -> rateLimited(refusal);
      default -> {
        if (status >= 500 || status == 200) {
          yield unavailable(refusal);
        }
        yield status >= 400
            ? callers(refusal, Next.NOTHING)
            : malformed("answered with a redirect (" + status + "), which is not followed", status);
      }
    };
  }

  /**
   * The connection could not be made, or broke.
   *
   * @param answering whether the answer had begun
   */
  public UpstreamFailure ofTransport(Throwable problem, boolean answering) {
    Throwable cause =
        problem instanceof UnprocessedRequestException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    if (cause instanceof ConnectTimeoutException) {
      return UpstreamFailure.notConnected("provider " + provider + ": no connection in time");
    }
    if (answering) {
      return malformed("the answer was cut", 0);
    }
    String what =
        switch (cause) {
          case UnknownHostException e -> "its host name is not known";
          case SSLException e -> "TLS failed";
          case CalledAddresses.Refused e -> e.getMessage();
          case ConnectException e -> "connection refused";
          default -> "the connection broke";
        };
    return UpstreamFailure.unavailable("provider " + provider + ": " + what);
  }

  /**
   * The answer cannot be understood.
   *
   * @param what the vendor did, in words that follow its name
   */
  public UpstreamFailure malformed(String what, int status) {
    return UpstreamFailure.malformed("provider " + provider + ": " + what, status);
  }

  private UpstreamFailure callers(Refusal refusal, Next next) {
    String message = refusal.message();
    boolean leaks =
        (message != null && holdsKey(message)) || holdsKey(refusal.body().toStringUtf8());
    String text =
        message == null || message.isEmpty() || leaks
            ? "the model refused the request (" + refusal.status() + ")"
            : shortened(message);
    return new UpstreamFailure(
        RefusedMember.of(refusal.status(), message).inFailure(text, refusal.status()),
        next,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        refusal.status(),
        leaks ? ByteString.EMPTY : refusal.body(),
        null);
  }

  /** Whether the vendor's words repeat our key. */
  boolean holdsKey(String words) {
    return !key.isEmpty() && words.contains(key);
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + "...";
  }

  private UpstreamFailure rejected(String what, int status) {
    return failure(
        new Failure.UpstreamRejected(
            "provider " + provider + " " + what, status, Fault.CONFIGURATION),
        Next.OTHER_MODEL,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        status);
  }

  private UpstreamFailure rateLimited(Refusal refusal) {
    boolean quota = refusal.cause() == Refusal.Cause.NO_QUOTA;
    String what = quota ? "has no quota left (429)" : "limits the rate (429)";
    @Nullable Duration wait = quota ? null : refusal.retryAfter();
    return failure(
        new Failure.RateLimited("provider " + provider + " " + what, wait, quota),
        quota ? Next.OTHER_MODEL : Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_RATE_LIMITED,
        429);
  }

  private UpstreamFailure unavailable(Refusal refusal) {
    int status = refusal.status();
    return failure(
        new Failure.UpstreamUnavailable(
            "provider " + provider + " failed (" + status + ")", status, refusal.retryAfter()),
        Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_UNAVAILABLE,
        refusal.httpStatus());
  }

  private static UpstreamFailure failure(
      Failure failure, Next next, AttemptResult result, int httpStatus) {
    return new UpstreamFailure(failure, next, result, httpStatus, ByteString.EMPTY, null);
  }
}
