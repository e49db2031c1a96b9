package dev.fairlead.gateway.live;

import com.google.protobuf.Duration;
import dev.fairlead.v1.Attempt;

/**
 * How one try of a model ended.
 *
 * @param kind whether it counts, and as what
 * @param latencyNanos from its start to its end, 0 or more
 * @param firstTokenNanos from its start to its first content, -1 when nothing was streamed
 * @param outputTokens tokens of the answer, 0 when not known
 */
public record TryOutcome(Kind kind, long latencyNanos, long firstTokenNanos, long outputTokens) {

  /** What a try says about its model. */
  public enum Kind {
    /** A complete answer. */
    SUCCESS,
    /** The model's or its provider's failure. */
    FAILURE,
    /** A failure that took the time it was given. */
    TIMEOUT,
    /** Nothing: the request was at fault, or its caller left. */
    NEUTRAL
  }

  /** Reads a try from the provider service's report. */
  public static TryOutcome of(Attempt attempt) {
    long firstToken = attempt.hasTimeToFirstToken() ? nanos(attempt.getTimeToFirstToken()) : -1;
    return new TryOutcome(
        kind(attempt),
        nanos(attempt.getLatency()),
        firstToken,
        attempt.getUsage().getCompletionTokens());
  }

  private static long nanos(Duration duration) {
    return Math.max(0, duration.getSeconds() * 1_000_000_000L + duration.getNanos());
  }

  private static Kind kind(Attempt attempt) {
    return switch (attempt.getResult()) {
      case ATTEMPT_RESULT_SUCCESS -> Kind.SUCCESS;
      case ATTEMPT_RESULT_TIMEOUT -> Kind.TIMEOUT;
      case ATTEMPT_RESULT_UNAVAILABLE,
          ATTEMPT_RESULT_RATE_LIMITED,
          ATTEMPT_RESULT_MALFORMED,
          ATTEMPT_RESULT_SHED ->
          Kind.FAILURE;
      case ATTEMPT_RESULT_REJECTED,
          ATTEMPT_RESULT_CANCELLED,
          ATTEMPT_RESULT_UNSPECIFIED,
          UNRECOGNIZED ->
          Kind.NEUTRAL;
    };
  }

  /** Whether the answer was streamed. */
  public boolean streamed() {
    return firstTokenNanos >= 0;
  }

  /** Whether it is a failure of the model or its provider. */
  public boolean failed() {
    return kind == Kind.FAILURE || kind == Kind.TIMEOUT;
  }
}
