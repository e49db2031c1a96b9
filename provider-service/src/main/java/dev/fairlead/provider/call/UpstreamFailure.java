package dev.fairlead.provider.call;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a try failed, and what may be done about it.
 *
 * @param failure what went wrong, in words for the caller
 * @param next which further tries make sense
 * @param result the same as a report says it
 * @param httpStatus what the vendor answered; 0 when nothing
 * @param errorBody the vendor's own error as JSON of the dialect, for a refusal that the caller
 *     should read; else empty
 * @param usage tokens spent before the failure; null when unknown
 * @param errorDialect whose error {@code errorBody} is
 * @param headers vendor headers that the client may see, lower-case names
 */
public record UpstreamFailure(
    Failure failure,
    Next next,
    AttemptResult result,
    int httpStatus,
    ByteString errorBody,
    @Nullable TokenUsage usage,
    Dialect errorDialect,
    Map<String, String> headers) {

  /** Copies. */
  public UpstreamFailure {
    headers = Map.copyOf(headers);
  }

  /** A failure whose body, if any, is OpenAI's. */
  public UpstreamFailure(
      Failure failure,
      Next next,
      AttemptResult result,
      int httpStatus,
      ByteString errorBody,
      @Nullable TokenUsage usage) {
    this(
        failure, next, result, httpStatus, errorBody, usage, Dialect.DIALECT_OPENAI_CHAT, Map.of());
  }

  /** Which further tries make sense. */
  public enum Next {
    /** The same model may do better in a moment. */
    RETRY,
    /** This model will refuse again; another may not. */
    OTHER_MODEL,
    /** Left alone because it fails; may be asked all the same when no other is left. */
    LAST_RESORT,
    /** The request itself is at fault, or nobody waits for the answer. */
    NOTHING
  }

  /** A failure without a vendor's answer. */
  public static UpstreamFailure of(Failure failure, Next next, AttemptResult result) {
    return new UpstreamFailure(failure, next, result, 0, ByteString.EMPTY, null);
  }

  /** The caller went away. */
  public static UpstreamFailure cancelled() {
    return of(
        new Failure.Cancelled("the caller cancelled the request"),
        Next.NOTHING,
        AttemptResult.ATTEMPT_RESULT_CANCELLED);
  }

  /** Something took too long; {@code message} says what and how long. */
  public static UpstreamFailure timeout(String message) {
    return of(new Failure.Timeout(message), Next.RETRY, AttemptResult.ATTEMPT_RESULT_TIMEOUT);
  }

  /** The vendor did not even let us in, in time. */
  public static UpstreamFailure notConnected(String message) {
    return of(new Failure.Timeout(message), Next.RETRY, AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
  }

  /** The vendor could not be reached, or went away. */
  public static UpstreamFailure unavailable(String message) {
    return of(
        new Failure.UpstreamUnavailable(message, 0, null),
        Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
  }

  /** The vendor's answer cannot be understood, or was cut. */
  public static UpstreamFailure malformed(String message, int httpStatus) {
    return new UpstreamFailure(
        new Failure.UpstreamMalformed(message),
        Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_MALFORMED,
        httpStatus,
        ByteString.EMPTY,
        null);
  }

  /** The request is not one that the adapter can send. */
  public static UpstreamFailure invalid(String param, String message) {
    return of(
        Failure.InvalidRequest.of(param, message),
        Next.NOTHING,
        AttemptResult.ATTEMPT_RESULT_REJECTED);
  }

  /** Refused here, without asking the vendor. */
  public static UpstreamFailure shed(Failure failure) {
    return of(failure, Next.OTHER_MODEL, AttemptResult.ATTEMPT_RESULT_SHED);
  }

  /** Refused here because of failures before this call, without asking the vendor. */
  public static UpstreamFailure leftAlone(Failure failure) {
    return of(failure, Next.LAST_RESORT, AttemptResult.ATTEMPT_RESULT_SHED);
  }

  /** Whether the vendor was not asked at all. */
  public boolean shed() {
    return result == AttemptResult.ATTEMPT_RESULT_SHED;
  }

  /** The same with other words, or another way on. */
  public UpstreamFailure as(Failure other, Next way) {
    return new UpstreamFailure(
        other, way, result, httpStatus, errorBody, usage, errorDialect, headers);
  }

  /** The same, with what it cost. */
  public UpstreamFailure spending(TokenUsage spent) {
    return new UpstreamFailure(
        failure, next, result, httpStatus, errorBody, spent, errorDialect, headers);
  }

  /** The same, with a body in that dialect. */
  public UpstreamFailure in(Dialect dialect) {
    return new UpstreamFailure(
        failure, next, result, httpStatus, errorBody, usage, dialect, headers);
  }

  /** The same without the vendor's own error, for a caller who cannot or should not read it. */
  public UpstreamFailure withoutBody() {
    return new UpstreamFailure(
        failure, next, result, httpStatus, ByteString.EMPTY, usage, errorDialect, headers);
  }

  /** The same, with vendor headers that the client may see. */
  public UpstreamFailure showing(Map<String, String> visible) {
    return new UpstreamFailure(
        failure, next, result, httpStatus, errorBody, usage, errorDialect, visible);
  }
}
