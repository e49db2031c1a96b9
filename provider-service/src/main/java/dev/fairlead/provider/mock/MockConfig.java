package dev.fairlead.provider.mock;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Expect;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * An entry of {@code providers} of kind {@code mock}.
 *
 * @param meanLatencyMs mean time to the last token; null means 40, 80 and 160 for the three shipped
 *     models and 40 for others
 * @param p95LatencyMs 95th percentile of it; null means three times the mean
 * @param tokensPerSecond speed of its answers; the latency is then the time to the first token, and
 *     longer answers take longer; null means that the latency is that of the whole answer, whatever
 *     its length
 * @param errorRate share of calls that fail with 503
 * @param seed of texts, latencies and errors
 * @param costPer1kTokensUsd price of its models, for input and output alike; null leaves their own
 */
@JsonIgnoreProperties({"kind", "base_url", "api_key"})
public record MockConfig(
    @Nullable Double meanLatencyMs,
    @Nullable Double p95LatencyMs,
    @Nullable Double tokensPerSecond,
    double errorRate,
    long seed,
    @JsonProperty("cost_per_1k_tokens_usd") @Nullable BigDecimal costPer1kTokensUsd) {

  /** What an entry leaves out. */
  public static final JsonDefaults DEFAULTS = new JsonDefaults("{error_rate: 0.0, seed: 1}");

  private static final double LONGEST_MILLIS = 600_000;

  /** Checks ranges. */
  public MockConfig {
    if (meanLatencyMs != null) {
      Expect.range("mean_latency_ms", meanLatencyMs, 0, LONGEST_MILLIS);
    }
    if (p95LatencyMs != null) {
      Expect.range("p95_latency_ms", p95LatencyMs, 0, LONGEST_MILLIS);
    }
    if (tokensPerSecond != null) {
      Expect.range("tokens_per_second", tokensPerSecond, 0.1, 1_000_000);
    }
    Expect.range("error_rate", errorRate, 0, 1);
    if (costPer1kTokensUsd != null) {
      Expect.that(
          costPer1kTokensUsd.signum() >= 0
              && costPer1kTokensUsd.compareTo(BigDecimal.valueOf(1000)) <= 0,
          "cost_per_1k_tokens_usd",
          costPer1kTokensUsd,
          "0..1000");
    }
  }
}
