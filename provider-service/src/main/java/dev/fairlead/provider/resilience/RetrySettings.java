package dev.fairlead.provider.resilience;

import dev.fairlead.common.config.Expect;
import java.time.Duration;

/**
 * How often and how soon a failed try is repeated.
 *
 * @param maxRetries further tries of one model
 * @param baseBackoff upper bound of the first wait, doubled for each further one
 * @param maxBackoff largest such bound
 * @param maxRetryAfter longest wait that a vendor may ask for; a longer one ends the tries of that
 *     model
 * @param budgetRatio retries allowed as a share of calls
 * @param budgetFloorPerSecond retries a second allowed in any case
 */
public record RetrySettings(
    int maxRetries,
    Duration baseBackoff,
    Duration maxBackoff,
    Duration maxRetryAfter,
    double budgetRatio,
    double budgetFloorPerSecond) {
  /** Checks ranges. */
  public RetrySettings {
    Expect.range("provider.retry.max_retries", maxRetries, 0, 10);
    Expect.positive("provider.retry.base_backoff", baseBackoff);
    Expect.positive("provider.retry.max_backoff", maxBackoff);
    Expect.that(
        !maxRetryAfter.isNegative(), "provider.retry.max_retry_after", maxRetryAfter, "0 or more");
    Expect.range("provider.retry.budget_ratio", budgetRatio, 0, 1);
    Expect.range("provider.retry.budget_floor_per_second", budgetFloorPerSecond, 0, 1000);
  }
}
