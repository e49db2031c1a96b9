package dev.fairlead.gateway.limits;

import dev.fairlead.gateway.keys.Owner;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of a demand.
 *
 * @param refused what stood against it; null when it was let in
 * @param status what is left after it
 * @param tick when it was counted, in the store's own time
 * @param store that counted it and wants to hear of its end
 * @param held whether the demand's wish for money was met
 */
public record LimitDecision(
    @Nullable Refusal refused, LimitStatus status, long tick, LimitStore store, boolean held) {

  /** What is limited. */
  public enum What {
    /** Requests in a minute. */
    REQUESTS,
    /** Tokens in a minute. */
    TOKENS,
    /** Requests under way. */
    CONCURRENT
  }

  /**
   * A limit that was reached.
   *
   * @param retryAfter until the request would be let in; null when that is not known, or never
   */
  public record Refusal(Owner owner, What what, long limit, @Nullable Duration retryAfter) {}
}
