package dev.fairlead.gateway;

import dev.fairlead.common.config.Expect;

/**
 * Section {@code slo}.
 *
 * @param latencyP95Ms milliseconds that 95 % of the requests may take
 * @param availability share of requests that must succeed, 0 to 1
 */
public record SloConfig(double latencyP95Ms, double availability) {

  /** Validates. */
  public SloConfig {
    Expect.range("slo.latency_p95_ms", latencyP95Ms, 1, 3_600_000);
    Expect.range("slo.availability", availability, 0.0, 1.0);
  }
}
