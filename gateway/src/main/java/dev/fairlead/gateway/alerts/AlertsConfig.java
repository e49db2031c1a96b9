package dev.fairlead.gateway.alerts;

import dev.fairlead.common.config.Expect;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.net.NeverCalled;
import java.net.URI;
import java.time.Duration;

/**
 * Section {@code alerts}; units are in the reference file.
 *
 * @param webhookUrl where alerts are sent; a secret because it may hold a token; empty for nowhere
 * @param webhookSecret signs what is sent; empty for no signature
 */
public record AlertsConfig(
    Secret webhookUrl,
    Secret webhookSecret,
    int webhookQueue,
    int webhookAttempts,
    Duration webhookTimeout,
    Duration webhookBackoff,
    double anomalyFactor,
    double anomalyLeastUsd) {

  /** Validates. */
  public AlertsConfig {
    if (!webhookUrl.isEmpty()) {
      boolean good = webhookUrl.reveal().matches("https?://[^\\s@]+") && leadsToAHost(webhookUrl);
      Expect.that(
          good,
          "alerts.webhook_url",
          "***",
          "an http or https URL of a host that may be called, without user info");
    }
    Expect.range("alerts.webhook_queue", webhookQueue, 1, 100_000);
    Expect.range("alerts.webhook_attempts", webhookAttempts, 1, 20);
    Expect.positive("alerts.webhook_timeout", webhookTimeout);
    Expect.positive("alerts.webhook_backoff", webhookBackoff);
    Expect.range("alerts.anomaly_factor", anomalyFactor, 0, 1000);
    Expect.range("alerts.anomaly_least_usd", anomalyLeastUsd, 0, 1_000_000);
  }

  private static boolean leadsToAHost(Secret text) {
    try {
      URI url = URI.create(text.reveal());
      return url.getHost() != null
          && url.getPort() != 0
          && url.getPort() <= 65535
          && NeverCalled.expectedInsteadOf(url.getHost()) == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
