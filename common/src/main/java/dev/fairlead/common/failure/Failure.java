package dev.fairlead.common.failure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can go wrong with a request, as values that cross service boundaries.
 *
 * <p>Messages are written for the caller: they name the offending value and the expectation, and
 * never carry keys, upstream headers or internal hosts. Immutable and thread-safe.
 */
public sealed interface Failure {

  /** What happened, for the caller. Never null, never empty. */
  String message();

  /** Stable upper-snake-case code, one a kind; travels as {@code google.rpc.ErrorInfo.reason}. */
  String reason();

  /** Whether the same call may succeed if it is tried again, on this or another upstream. */
  boolean retryable();

  /** Whether it speaks against the health of the upstream that caused it. */
  boolean countsAgainstBreaker();

  /** Earliest time to try again, from now; null when unknown. */
  default @Nullable Duration retryAfter() {
    return null;
  }

  /** This failure as an exception, for code that must throw. */
  default FailureException asException() {
    return new FailureException(this);
  }

  /**
   * The request is not valid.
   *
   * @param message what is wrong and what is expected
   * @param param path of the offending field, such as {@code messages[0].role}; null when it is the
   *     whole body
   * @param code stable code beneath the reason, such as {@code invalid_type}; null when there is
   *     none
   */
  record InvalidRequest(String message, @Nullable String param, @Nullable String code)
      implements Failure {
    /** A failure that names a field. */
    public static InvalidRequest of(String param, String message) {
      return new InvalidRequest(message, param, null);
    }

    @Override
    public String reason() {
      return "INVALID_REQUEST";
    }

    @Override
    public boolean retryable() {
      return false;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return false;
    }
  }

  /** No valid credentials. */
  record Unauthenticated(String message) implements Failure {
    @Override
    public String reason() {
      return "UNAUTHENTICATED";
    }

    @Override
    public boolean retryable() {
      return false;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return false;
    }
  }

  /** Valid credentials that may not do this. */
  record Forbidden(String message) implements Failure {
    @Override
    public String reason() {
      return "FORBIDDEN";
    }

    @Override
    public boolean retryable() {
      return false;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return false;
    }
  }

  /**
   * No model of that name.
   *
   * @param model the name asked for, as the caller wrote it (cut to 200 characters in messages)
   */
  record UnknownModel(String message, String model) implements Failure {
    @Override
    public String reason() {
      return "UNKNOWN_MODEL";
    }

    @Override
    public boolean retryable() {
      return false;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return false;
    }
  }

  /**
   * Too many requests or tokens, here or at the upstream.
   *
   * @param quotaSpent whether a quota of the upstream is used up, which no wait of a moment ends
   */
  record RateLimited(String message, @Nullable Duration retryAfter, boolean quotaSpent)
      implements Failure {
    /** A limit that a wait ends. */
    public RateLimited(String message, @Nullable Duration retryAfter) {
      this(message, retryAfter, false);
    }

    @Override
    public String reason() {
      return "RATE_LIMITED";
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return false;
    }
  }

  /** Money is spent, or the request's own cap cannot be met. */
  record BudgetExceeded(String message, Kind kind) implements Failure {
    /** Which money. */
    public enum Kind {
      /** A budget of the key, team or tenant: 429 {@code insufficient_quota}. */
      QUOTA,
      /** The request's own cost cap: 402. */
      REQUEST_CAP
    }

    @Override
    public String reason() {
      return kind == Kind.QUOTA ? "BUDGET_EXCEEDED" : "COST_CAP_UNREACHABLE";
    }

    @Override
    public boolean retryable() {
      return false;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return false;
    }
  }

  /** This process is at a limit of its own. */
  record Overloaded(String message, @Nullable Duration retryAfter) implements Failure {
    @Override
    public String reason() {
      return "OVERLOADED";
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return false;
    }
  }

  /**
   * An upstream cannot be reached, is broken, or its breaker is open.
   *
   * @param httpStatus what the upstream answered; 0 when nothing
   */
  record UpstreamUnavailable(String message, int httpStatus, @Nullable Duration retryAfter)
      implements Failure {
    @Override
    public String reason() {
      return "UPSTREAM_UNAVAILABLE";
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return true;
    }
  }

  /**
   * An upstream refused the request.
   *
   * @param httpStatus what the upstream answered, 400 to 499
   * @param fault whose mistake it is
   * @param param member of the caller's request that it is about; null when unknown
   * @param code stable code for the kind of mistake, such as {@code context_length_exceeded}; null
   *     when unknown
   */
  record UpstreamRejected(
      String message, int httpStatus, Fault fault, @Nullable String param, @Nullable String code)
      implements Failure {
    /** A refusal of which no more is known. */
    public UpstreamRejected(String message, int httpStatus, Fault fault) {
      this(message, httpStatus, fault, null, null);
    }

    /** Whose mistake a refusal is. */
    public enum Fault {
      /** The caller's request: passed on with its status. */
      CALLER,
      /** Our key, quota or model name at the vendor: 502, and another candidate may do better. */
      CONFIGURATION
    }

    @Override
    public String reason() {
      return fault == Fault.CALLER ? "UPSTREAM_REJECTED" : "UPSTREAM_MISCONFIGURED";
    }

    @Override
    public boolean retryable() {
      return fault == Fault.CONFIGURATION;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return fault == Fault.CONFIGURATION;
    }
  }

  /** An upstream's answer cannot be understood, or was cut. */
  record UpstreamMalformed(String message) implements Failure {
    @Override
    public String reason() {
      return "UPSTREAM_MALFORMED";
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return true;
    }
  }

  /** Something took longer than it may. */
  record Timeout(String message) implements Failure {
    @Override
    public String reason() {
      return "TIMEOUT";
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return true;
    }
  }

  /** The caller went away. */
  record Cancelled(String message) implements Failure {
    @Override
    public String reason() {
      return "CANCELLED";
    }

    @Override
    public boolean retryable() {
      return false;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return false;
    }
  }

  /**
   * No candidate can serve a valid request: a capability, the context window or an allow-list rules
   * all out.
   */
  record NoCandidate(String message) implements Failure {
    @Override
    public String reason() {
      return "NO_CANDIDATE";
    }

    @Override
    public boolean retryable() {
      return false;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return false;
    }
  }

  /**
   * Our own fault. The message says no more than that; details are in the log under the request id.
   */
  record Internal(String message) implements Failure {
    @Override
    public String reason() {
      return "INTERNAL";
    }

    @Override
    public boolean retryable() {
      return false;
    }

    @Override
    public boolean countsAgainstBreaker() {
      return true;
    }
  }
}
