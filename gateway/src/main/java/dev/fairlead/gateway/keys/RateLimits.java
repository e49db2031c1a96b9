package dev.fairlead.gateway.keys;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * How much may be asked for. 0 means without a limit.
 *
 * @param requestsPerMinute requests in any 60 seconds
 * @param tokensPerMinute tokens of prompts and answers in any 60 seconds
 * @param concurrent requests under way at a time
 */
public record RateLimits(long requestsPerMinute, long tokensPerMinute, int concurrent) {

  /** No limit. */
  public static final RateLimits NONE = new RateLimits(0, 0, 0);

  /** Refuses negative limits. */
  public RateLimits {
    if (requestsPerMinute < 0 || tokensPerMinute < 0 || concurrent < 0) {
      throw new IllegalArgumentException("a limit is negative (expected: 0 for none, or more)");
    }
  }

  /** Whether nothing is limited. */
  @JsonIgnore
  public boolean isNone() {
    return requestsPerMinute == 0 && tokensPerMinute == 0 && concurrent == 0;
  }
}
