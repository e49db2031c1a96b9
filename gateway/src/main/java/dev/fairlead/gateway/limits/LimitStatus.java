package dev.fairlead.gateway.limits;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is left to a caller, of the tightest of its limits.
 *
 * @param requests null when requests are not limited
 * @param tokens null when tokens are not limited
 */
public record LimitStatus(@Nullable Left requests, @Nullable Left tokens) {

  /** Nothing is limited. */
  public static final LimitStatus NONE = new LimitStatus(null, null);

  /**
   * One of them.
   *
   * @param limit in a minute
   * @param remaining 0 or more
   * @param reset until all of it is there again
   */
  public record Left(long limit, long remaining, Duration reset) {}

  /** The tighter of two in each respect. */
  LimitStatus and(LimitStatus other) {
    return new LimitStatus(tighter(requests, other.requests), tighter(tokens, other.tokens));
  }

  private static @Nullable Left tighter(@Nullable Left one, @Nullable Left other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return other.remaining() < one.remaining() ? other : one;
  }
}
