package dev.fairlead.provider;

import dev.fairlead.common.config.Expect;
import dev.fairlead.provider.resilience.AdmissionSettings;
import dev.fairlead.provider.resilience.BreakerSettings;
import dev.fairlead.provider.resilience.HedgeSettings;
import dev.fairlead.provider.resilience.KeySettings;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.resilience.RetrySettings;
import dev.fairlead.provider.resilience.TimeoutSettings;

/**
 * Section {@code provider}.
 *
 * @param bind address to listen on
 * @param port gRPC port; the management HTTP is on it + 100
 */
public record ProviderSettings(
    String bind,
    int port,
    TimeoutSettings timeouts,
    RetrySettings retry,
    HedgeSettings hedge,
    BreakerSettings breaker,
    KeySettings keys,
    AdmissionSettings admission,
    LimitSettings limits) {
  /** Checks ranges. */
  public ProviderSettings {
    Expect.present("provider.bind", bind);
    Expect.range("provider.port", port, 0, 65435);
  }
}
