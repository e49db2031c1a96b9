package dev.fairlead.provider.resilience;

import dev.fairlead.common.config.Expect;
import java.time.Duration;

/**
 * When a model or a provider is left alone.
 *
 * @param window calls that are looked at
 * @param minimumCalls calls before the rate means anything
 * @param failureRate share of failures at which the breaker opens
 * @param consecutiveFailures failures in a row at which it opens whatever the rate
 * @param openFor how long it stays open before it lets calls through to see
 * @param halfOpenCalls how many calls it lets through then
 */
public record BreakerSettings(
    int window,
    int minimumCalls,
    double failureRate,
    int consecutiveFailures,
    Duration openFor,
    int halfOpenCalls) {
  /** Checks ranges. */
  public BreakerSettings {
    Expect.range("provider.breaker.window", window, 1, 100_000);
    Expect.range("provider.breaker.minimum_calls", minimumCalls, 1, window);
    Expect.range("provider.breaker.failure_rate", failureRate, 0.01, 1);
    Expect.range("provider.breaker.consecutive_failures", consecutiveFailures, 1, 100_000);
    Expect.positive("provider.breaker.open_for", openFor);
    Expect.range("provider.breaker.half_open_calls", halfOpenCalls, 1, 1000);
  }
}
