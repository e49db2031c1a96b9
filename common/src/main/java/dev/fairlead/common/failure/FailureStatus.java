package dev.fairlead.common.failure;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
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
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a {@link Failure} becomes a gRPC status and comes back as the same failure.
 *
 * <p>Details follow the richer error model (google/rpc/error_details.proto): {@code ErrorInfo}
 * carries the reason and the record's components, {@code RetryInfo} the delay. Stateless.
 */
public final class FailureStatus {

  private static final String DOMAIN = "fairlead.dev";

  private FailureStatus() {}

  /** The status that stands for {@code failure}, with any further details a receiver may unpack. */
  public static StatusRuntimeException toStatus(Failure failure, Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code(failure).value())
            .setMessage(failure.message());
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain(DOMAIN)
            .setReason(failure.reason())
            .putAllMetadata(components(failure))
            .build();
    status.addDetails(Any.pack(info));
    Duration retryAfter = failure.retryAfter();
    if (retryAfter != null) {
      status.addDetails(
          Any.pack(RetryInfo.newBuilder().setRetryDelay(toProto(retryAfter)).build()));
    }
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  /** The failure that {@code error} or one of its causes stands for; any throwable is allowed. */
  public static Failure fromThrowable(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof FailureException known) {
        return known.failure();
      }
    }
    Status plain = Status.fromThrowable(error);
    com.google.rpc.@Nullable Status status = StatusProto.fromThrowable(error);
    Optional<ErrorInfo> info =
        detail(status, ErrorInfo.class).filter(i -> i.getDomain().equals(DOMAIN));
    return info.isPresent() && status != null ? parse(info.get(), status) : foreign(plain);
  }

  /** The first detail of a kind that the status in {@code error} carries. */
  public static <T extends Message> Optional<T> detail(Throwable error, Class<T> type) {
    return detail(StatusProto.fromThrowable(error), type);
  }

  private static <T extends Message> Optional<T> detail(
      com.google.rpc.@Nullable Status status, Class<T> type) {
    if (status == null) {
      return Optional.empty();
    }
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        try {
          return Optional.of(any.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static Status.Code code(Failure failure) {
    return switch (failure) {
      case InvalidRequest f -> Status.Code.INVALID_ARGUMENT;
      case Unauthenticated f -> Status.Code.UNAUTHENTICATED;
      case Forbidden f -> Status.Code.PERMISSION_DENIED;
      case UnknownModel f -> Status.Code.NOT_FOUND;
      case RateLimited f -> Status.Code.RESOURCE_EXHAUSTED;
      case BudgetExceeded f -> Status.Code.RESOURCE_EXHAUSTED;
      case Overloaded f -> Status.Code.RESOURCE_EXHAUSTED;
      case UpstreamUnavailable f -> Status.Code.UNAVAILABLE;
      case UpstreamRejected f ->
          f.fault() == UpstreamRejected.Fault.CALLER
              ? Status.Code.INVALID_ARGUMENT
              : Status.Code.UNAVAILABLE;
      case UpstreamMalformed f -> Status.Code.UNAVAILABLE;
      case Timeout f -> Status.Code.DEADLINE_EXCEEDED;
      case Cancelled f -> Status.Code.CANCELLED;
      case NoCandidate f -> Status.Code.FAILED_PRECONDITION;
      case Internal f -> Status.Code.INTERNAL;
    };
  }

  private static Map<String, String> components(Failure failure) {
    return switch (failure) {
      case InvalidRequest f -> present("param", f.param(), "code", f.code());
      case UnknownModel f -> Map.of("model", f.model());
      case UpstreamUnavailable f -> Map.of("http_status", Integer.toString(f.httpStatus()));
      case UpstreamRejected f -> rejection(f);
      case Unauthenticated f -> Map.of();
      case Forbidden f -> Map.of();
      case RateLimited f -> f.quotaSpent() ? Map.of("quota_spent", "true") : Map.of();
      case BudgetExceeded f -> Map.of();
      case Overloaded f -> Map.of();
      case UpstreamMalformed f -> Map.of();
      case Timeout f -> Map.of();
      case Cancelled f -> Map.of();
      case NoCandidate f -> Map.of();
      case Internal f -> Map.of();
    };
  }

  private static Map<String, String> rejection(UpstreamRejected failure) {
    Map<String, String> components =
        new HashMap<>(present("param", failure.param(), "code", failure.code()));
    components.put("http_status", Integer.toString(failure.httpStatus()));
    components.put("fault", failure.fault().name());
    return components;
  }

  private static Map<String, String> present(
      String key1, @Nullable String value1, String key2, @Nullable String value2) {
    if (value1 == null) {
      return value2 == null ? Map.of() : Map.of(key2, value2);
    }
    return value2 == null ? Map.of(key1, value1) : Map.of(key1, value1, key2, value2);
  }

  private static Failure parse(ErrorInfo info, com.google.rpc.Status status) {
    String message = status.getMessage();
    Map<String, String> values = info.getMetadataMap();
    Duration retryAfter =
        detail(status, RetryInfo.class).map(r -> fromProto(r.getRetryDelay())).orElse(null);
    int httpStatus = httpStatus(values.getOrDefault("http_status", ""));
    return switch (info.getReason()) {
      case "INVALID_REQUEST" ->
          new InvalidRequest(message, values.get("param"), values.get("code"));
      case "UNAUTHENTICATED" -> new Unauthenticated(message);
      case "FORBIDDEN" -> new Forbidden(message);
      case "UNKNOWN_MODEL" -> new UnknownModel(message, values.getOrDefault("model", ""));
      case "RATE_LIMITED" ->
          new RateLimited(message, retryAfter, values.containsKey("quota_spent"));
      case "BUDGET_EXCEEDED" -> new BudgetExceeded(message, BudgetExceeded.Kind.QUOTA);
      case "COST_CAP_UNREACHABLE" -> new BudgetExceeded(message, BudgetExceeded.Kind.REQUEST_CAP);
      case "OVERLOADED" -> new Overloaded(message, retryAfter);
      case "UPSTREAM_UNAVAILABLE" -> new UpstreamUnavailable(message, httpStatus, retryAfter);
      case "UPSTREAM_REJECTED" ->
          rejected(message, httpStatus, UpstreamRejected.Fault.CALLER, values);
      case "UPSTREAM_MISCONFIGURED" ->
          rejected(message, httpStatus, UpstreamRejected.Fault.CONFIGURATION, values);
      case "UPSTREAM_MALFORMED" -> new UpstreamMalformed(message);
      case "TIMEOUT" -> new Timeout(message);
      case "CANCELLED" -> new Cancelled(message);
      case "NO_CANDIDATE" -> new NoCandidate(message);
      default -> new Internal(message);
    };
  }

  private static UpstreamRejected rejected(
      String message, int httpStatus, UpstreamRejected.Fault fault, Map<String, String> values) {
    return new UpstreamRejected(
        message, httpStatus, fault, values.get("param"), values.get("code"));
  }

  private static int httpStatus(String text) {
    return text.matches("\\d{3}") ? Integer.parseInt(text) : 0;
  }

  /**
   * What a status from the transport itself means; its description may name hosts and is not passed
   * on.
   */
  private static Failure foreign(Status status) {
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, OUT_OF_RANGE ->
          new InvalidRequest("the request is not valid", null, null);
      case NOT_FOUND -> new InvalidRequest("not found", null, null);
      case UNAUTHENTICATED -> new Unauthenticated("no valid credentials");
      case PERMISSION_DENIED -> new Forbidden("not allowed");
      case RESOURCE_EXHAUSTED -> new Overloaded("a service of the gateway is at its limit", null);
      case UNAVAILABLE ->
          new UpstreamUnavailable("a service of the gateway is not available", 0, null);
      case DEADLINE_EXCEEDED -> new Timeout("the request took longer than its deadline");
      case CANCELLED -> new Cancelled("the caller cancelled the request");
      case FAILED_PRECONDITION -> new NoCandidate("the request cannot be served");
      case OK, UNKNOWN, ALREADY_EXISTS, ABORTED, UNIMPLEMENTED, INTERNAL, DATA_LOSS ->
          new Internal("internal error");
    };
  }

  private static com.google.protobuf.Duration toProto(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  private static Duration fromProto(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
