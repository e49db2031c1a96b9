package dev.fairlead.gateway.keys;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * What a key, a team or a tenant may use.
 *
 * @param rates requests and tokens
 * @param spend money
 */
public record Quota(RateLimits rates, SpendLimits spend) {

  /** Everything without limits. */
  public static final Quota NONE = new Quota(RateLimits.NONE, SpendLimits.NONE);

  /** What is not said is not limited. */
  public Quota {
    rates = rates == null ? RateLimits.NONE : rates;
    spend = spend == null ? SpendLimits.NONE : spend;
  }

  /** Whether nothing is limited. */
  @JsonIgnore
  public boolean isNone() {
    return rates.isNone() && spend.isNone();
  }
}
