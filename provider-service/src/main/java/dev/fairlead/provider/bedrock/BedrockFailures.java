package dev.fairlead.provider.bedrock;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import dev.fairlead.common.net.CalledAddresses;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.http.RefusedMember;
import dev.fairlead.provider.http.RetryAfter;
import dev.fairlead.v1.AttemptResult;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * What Bedrock's exceptions mean. Messages name the kind of trouble and never the host, the account
 * or a key; the vendor's own words are passed on only where the caller's request is at fault, and
 * not if they repeat a secret.
 */
final class BedrockFailures {

  private static final int LONGEST_MESSAGE = 500;

  private final String provider;
  private final List<String> secrets;

  /** Failures of a provider of that configured name, which is called with those secrets. */
  BedrockFailures(String provider, List<String> secrets) {
    this.provider = provider;
    this.secrets = List.copyOf(secrets);
  }

  /**
   * What ended a call.
   *
   * @param answering whether the answer had begun
   */
  UpstreamFailure of(Throwable problem, boolean answering) {
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case AwsServiceException refused -> {
          return ofService(refused);
        }
        case AnswerGuard.RefusedAnswer refused -> {
          return malformed(String.valueOf(refused.getMessage()));
        }
        case BedrockClients.NoCredentials none -> {
          return rejected("has no AWS credentials: see its profile, or access_key_id", 401);
        }
        case ConnectTimeoutException late -> {
          return noConnection();
        }
        // The SDK's pool has none to give.
        case TimeoutException late -> {
          return noConnection();
        }
        case UnknownHostException unknown -> {
          return unavailable("its host name is not known");
        }
        case SSLException tls -> {
          return answering ? malformed("the answer was cut") : unavailable("TLS failed");
        }
        case CalledAddresses.Refused never -> {
          return unavailable(String.valueOf(never.getMessage()));
        }
        case ConnectException refused -> {
          return unavailable("connection refused");
        }
        default -> {
          // The SDK wraps; the cause tells more.
        }
      }
    }
    return answering
        ? malformed("the answer was cut or cannot be read")
        : unavailable("the connection broke");
  }

  private UpstreamFailure noConnection() {
    return UpstreamFailure.notConnected("provider " + provider + ": no connection in time");
  }

  private UpstreamFailure ofService(AwsServiceException refused) {
    AwsErrorDetails details = refused.awsErrorDetails();
    String code = details == null || details.errorCode() == null ? "" : details.errorCode();
    if (code.isEmpty()) {
      // Exceptions in the event stream carry their name only as their type.
      code = refused.getClass().getSimpleName();
    }
    return switch (code) {
      case "ThrottlingException", "TooManyRequestsException" -> rateLimited(false, wait(details));
      case "ServiceQuotaExceededException" -> rateLimited(true, null);
      case "ModelTimeoutException" -> failed(408, wait(details));
      case "ModelErrorException", "ModelStreamErrorException" -> failed(424, wait(details));
      case "ModelNotReadyException", "ServiceUnavailableException" -> failed(503, wait(details));
      case "InternalServerException" -> failed(500, wait(details));
      case "ValidationException" ->
          unknownModel(details) ? callers(404, 400, details) : callers(400, 400, details);
      case "AccessDeniedException",
          "UnrecognizedClientException",
          "InvalidSignatureException",
          "SignatureDoesNotMatch",
          "ExpiredTokenException",
          "IncompleteSignature",
          "MissingAuthenticationTokenException" ->
          rejected("refused our credentials (" + code + ")", 403);
      default -> ofStatus(refused.statusCode(), details);
    };
  }

  private UpstreamFailure ofStatus(int status, @Nullable AwsErrorDetails details) {
    return switch (status) {
      case 401, 403 -> rejected("refused our credentials (" + status + ")", status);
      case 402 -> rejected("asks for payment (402)", status);
      case 404 -> callers(404, 404, details);
      case 429 -> rateLimited(false, wait(details));
      case 408, 409, 424, 425 -> failed(status, wait(details));
      default -> {
        if (status >= 400 && status < 500) {
          yield callers(status, status, details);
        }
        yield status >= 300 && status < 400
            ? UpstreamFailure.malformed(
                "provider "
                    + provider
                    + ": answered with a redirect ("
                    + status
                    + "), which is not followed",
                status)
            : failed(status == 0 ? 500 : status, wait(details));
      }
    };
  }

  /** A model that the region or the account does not have may be known to the next candidate. */
  private static boolean unknownModel(@Nullable AwsErrorDetails details) {
    String message = details == null ? null : details.errorMessage();
    return message != null && message.contains("model identifier");
  }

  UpstreamFailure malformed(String what) {
    return UpstreamFailure.malformed("provider " + provider + ": " + what, 200);
  }

  private UpstreamFailure unavailable(String what) {
    return UpstreamFailure.unavailable("provider " + provider + ": " + what);
  }

  private UpstreamFailure failed(int status, @Nullable Duration wait) {
    return failure(
        new Failure.UpstreamUnavailable(
            "provider " + provider + " failed (" + status + ")", status, wait),
        Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_UNAVAILABLE,
        status);
  }

  private UpstreamFailure rateLimited(boolean quota, @Nullable Duration wait) {
    String what = quota ? "has no quota left (400)" : "limits the rate (429)";
    return failure(
        new Failure.RateLimited("provider " + provider + " " + what, wait, quota),
        quota ? Next.OTHER_MODEL : Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_RATE_LIMITED,
        quota ? 400 : 429);
  }

  private UpstreamFailure rejected(String what, int status) {
    return failure(
        new Failure.UpstreamRejected(
            "provider " + provider + " " + what, status, Fault.CONFIGURATION),
        Next.OTHER_MODEL,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        status);
  }

  /**
   * The request is at fault.
   *
   * @param status what it amounts to; with 404 the next candidate may know better
   */
  private UpstreamFailure callers(int status, int httpStatus, @Nullable AwsErrorDetails details) {
    String message = details == null ? null : details.errorMessage();
    String text =
        message == null || message.isEmpty() || holdsSecret(message)
            ? "the model refused the request (" + status + ")"
            : message.substring(0, Math.min(message.length(), LONGEST_MESSAGE));
    return failure(
        RefusedMember.of(status, message).inFailure(text, status),
        status == 404 ? Next.OTHER_MODEL : Next.NOTHING,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        httpStatus);
  }

  /** Whether the vendor's words repeat a secret. */
  boolean holdsSecret(String words) {
    return secrets.stream().anyMatch(words::contains);
  }

  private static UpstreamFailure failure(
      Failure failure, Next next, AttemptResult result, int status) {
    return new UpstreamFailure(failure, next, result, status, ByteString.EMPTY, null);
  }

  private static @Nullable Duration wait(@Nullable AwsErrorDetails details) {
    if (details == null || details.sdkHttpResponse() == null) {
      return null;
    }
    SdkHttpResponse head = details.sdkHttpResponse();
    return RetryAfter.of(name -> head.firstMatchingHeader(name).orElse(null));
  }
}
