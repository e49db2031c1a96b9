package dev.fairlead.provider.resilience;

import dev.fairlead.provider.call.UpstreamFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Whether and when a failed try of a model is repeated. Waits are drawn evenly between zero and a
 * bound that doubles (full jitter: Brooker, "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015), so that callers who failed together do not come back together; a vendor's own
 * Retry-After is a lower bound. Immutable and thread-safe.
 */
public final class RetryPolicy {

  private final RetrySettings settings;
  private final DoubleSupplier random;

  /**
   * A policy.
   *
   * @param random numbers in [0, 1)
   */
  public RetryPolicy(RetrySettings settings, DoubleSupplier random) {
    this.settings = settings;
    this.random = random;
  }

  /**
   * How long to wait before the model is tried again; empty when it should not be.
   *
   * @param retriesSoFar of this model in this request
   * @param clientRetries how often the client has repeated the whole request already
   * @param timeLeft until the caller's deadline
   */
  public Optional<Duration> delay(
      UpstreamFailure failure, int retriesSoFar, int clientRetries, Duration timeLeft) {
    int allowed = Math.max(0, settings.maxRetries() - Math.max(0, clientRetries));
    if (failure.next() != UpstreamFailure.Next.RETRY || retriesSoFar >= allowed) {
      return Optional.empty();
    }
    Duration asked = failure.failure().retryAfter();
    if (asked != null && asked.compareTo(settings.maxRetryAfter()) > 0) {
      return Optional.empty();
    }
    Duration delay = jittered(retriesSoFar);
    if (asked != null) {
      delay = asked.plus(delay.dividedBy(4));
    }
    return delay.compareTo(timeLeft) < 0 ? Optional.of(delay) : Optional.empty();
  }

  private Duration jittered(int retriesSoFar) {
    double bound = settings.baseBackoff().toNanos() * Math.pow(2, retriesSoFar);
    return Duration.ofNanos(
        (long) (Math.min(bound, settings.maxBackoff().toNanos()) * random.getAsDouble()));
  }
}
