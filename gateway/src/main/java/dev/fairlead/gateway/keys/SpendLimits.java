package dev.fairlead.gateway.keys;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * How much may be spent, in nano-dollars. 0 means without a limit.
 *
 * @param dayNanoUsd in a day of UTC
 * @param monthNanoUsd in a calendar month of UTC
 * @param totalNanoUsd altogether
 */
public record SpendLimits(long dayNanoUsd, long monthNanoUsd, long totalNanoUsd) {

  /** No limit. */
  public static final SpendLimits NONE = new SpendLimits(0, 0, 0);

  /** Refuses negative limits. */
  public SpendLimits {
    if (dayNanoUsd < 0 || monthNanoUsd < 0 || totalNanoUsd < 0) {
      throw new IllegalArgumentException("a budget is negative (expected: 0 for none, or more)");
    }
  }

  /** Whether nothing is limited. */
  @JsonIgnore
  public boolean isNone() {
    return dayNanoUsd == 0 && monthNanoUsd == 0 && totalNanoUsd == 0;
  }
}
