package dev.fairlead.gateway.dialect;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.BudgetExceeded;
import dev.fairlead.common.failure.Failure.Cancelled;
import dev.fairlead.common.failure.Failure.Forbidden;
import dev.fairlead.common.failure.Failure.Internal;
import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.Failure.NoCandidate;
import dev.fairlead.common.failure.Failure.Overloaded;
import dev.fairlead.common.failure.Failure.RateLimited;
import dev.fairlead.common.failure.Failure.Timeout;
import dev.fairlead.common.failure.Failure.Unauthenticated;
import dev.fairlead.common.failure.Failure.UnknownModel;
import dev.fairlead.common.failure.Failure.UpstreamMalformed;
import dev.fairlead.common.failure.Failure.UpstreamRejected;
import dev.fairlead.common.failure.Failure.UpstreamUnavailable;
import dev.fairlead.gateway.dialect.json.JsonLimits;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a {@link Failure} becomes an HTTP status with OpenAI's error type and code.
 * Stateless.
 */
public final class HttpFailures {

  /** Code of an {@link InvalidRequest} that is answered with 413. */
  public static final String REQUEST_TOO_LARGE = JsonLimits.TOO_LARGE;

  /** Code of an {@link InvalidRequest} that is answered with 415. */
  public static final String UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type";

  /** Code of an {@link InvalidRequest} for an endpoint that is not there: 404. */
  public static final String UNKNOWN_URL = "unknown_url";

  /** Code of an {@link InvalidRequest} about an earlier request that is not known: 404. */
  public static final String REQUEST_NOT_FOUND = "request_not_found";

  /** Code of an {@link InvalidRequest} with a method that its endpoint does not take: 405. */
  public static final String METHOD_NOT_ALLOWED = "method_not_allowed";

  /** Code of an {@link InvalidRequest} that did not arrive in time: 408. */
  public static final String REQUEST_TIMEOUT = "request_timeout";

  /** Code of an {@link InvalidRequest} whose headers are too long: 431. */
  public static final String HEADERS_TOO_LARGE = "request_header_fields_too_large";

  private static final String INVALID_REQUEST = "invalid_request_error";
  private static final String RATE_LIMIT = "rate_limit_error";
  private static final String PERMISSION = "permission_error";
  private static final String SERVER = "server_error";
  private static final String QUOTA = "insufficient_quota";

  private HttpFailures() {}

  /** Status, type, code and field of a failure. */
  public static HttpFailure of(Failure failure) {
    return switch (failure) {
      case InvalidRequest f ->
          new HttpFailure(invalidStatus(f.code()), INVALID_REQUEST, f.code(), f.param());
      case Unauthenticated f -> new HttpFailure(401, INVALID_REQUEST, "invalid_api_key", null);
      case Forbidden f -> new HttpFailure(403, PERMISSION, "forbidden", null);
      case UnknownModel f -> new HttpFailure(404, INVALID_REQUEST, "model_not_found", "model");
      case RateLimited f ->
          f.quotaSpent()
              ? new HttpFailure(429, QUOTA, QUOTA, null)
              : new HttpFailure(429, RATE_LIMIT, "rate_limit_exceeded", null);
      case BudgetExceeded f ->
          f.kind() == BudgetExceeded.Kind.QUOTA
              ? new HttpFailure(429, QUOTA, QUOTA, null)
              : new HttpFailure(402, INVALID_REQUEST, "cost_cap_unreachable", null);
      case Overloaded f -> new HttpFailure(503, SERVER, "overloaded", null);
      case UpstreamUnavailable f ->
          new HttpFailure(unavailableStatus(f), SERVER, "upstream_unavailable", null);
      case UpstreamRejected f -> rejected(f);
      case UpstreamMalformed f -> new HttpFailure(502, SERVER, "upstream_invalid_response", null);
      case Timeout f -> new HttpFailure(504, SERVER, "timeout", null);
      case Cancelled f -> new HttpFailure(499, INVALID_REQUEST, "request_cancelled", null);
      case NoCandidate f -> new HttpFailure(400, INVALID_REQUEST, "no_candidate", null);
      case Internal f -> new HttpFailure(500, SERVER, "internal_error", null);
    };
  }

  private static int invalidStatus(@Nullable String code) {
    return switch (code) {
      case REQUEST_TOO_LARGE -> 413;
      case UNSUPPORTED_MEDIA_TYPE -> 415;
      case UNKNOWN_URL, REQUEST_NOT_FOUND -> 404;
      case METHOD_NOT_ALLOWED -> 405;
      case REQUEST_TIMEOUT -> 408;
      case HEADERS_TOO_LARGE -> 431;
      case null, default -> 400;
    };
  }

  /**
   * 503 says that a later try may do: nothing was reached, the upstream has too much to do, or it
   * is known when to come again.
   */
  private static int unavailableStatus(UpstreamUnavailable failure) {
    return switch (failure.httpStatus()) {
      case 0, 503, 529 -> 503;
      default -> failure.retryAfter() == null ? 502 : 503;
    };
  }

  private static HttpFailure rejected(UpstreamRejected failure) {
    if (failure.fault() == UpstreamRejected.Fault.CONFIGURATION) {
      return new HttpFailure(502, SERVER, "upstream_misconfigured", null);
    }
    int status =
        failure.httpStatus() >= 400 && failure.httpStatus() <= 499 ? failure.httpStatus() : 400;
    String type =
        switch (status) {
          case 403 -> PERMISSION;
          case 429 -> RATE_LIMIT;
          default -> INVALID_REQUEST;
        };
    String code = failure.code() == null ? "upstream_rejected" : failure.code();
    return new HttpFailure(status, type, code, failure.param());
  }
}
