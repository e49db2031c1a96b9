package dev.fairlead.provider.resilience;

import dev.fairlead.common.config.Expect;
import java.math.BigDecimal;
import java.time.Duration;

/**
 * When a second try starts beside a first one that is slow.
 *
 * @param afterQuantile of the model's own times to the first content: the wait before the second
 *     try
 * @param minimumWait least such wait
 * @param maxShare hedged requests as a share of all
 * @param maxExtraUsdPerMinute most that tries which were started in vain may cost in a minute
 */
public record HedgeSettings(
    boolean enabled,
    double afterQuantile,
    Duration minimumWait,
    double maxShare,
    BigDecimal maxExtraUsdPerMinute) {

  private static final BigDecimal MOST_USD = BigDecimal.valueOf(1_000_000);

  /** Checks ranges. */
  public HedgeSettings {
    Expect.range("provider.hedge.after_quantile", afterQuantile, 0.5, 0.999);
    Expect.positive("provider.hedge.minimum_wait", minimumWait);
    Expect.range("provider.hedge.max_share", maxShare, 0, 1);
    Expect.that(
        maxExtraUsdPerMinute.signum() >= 0
            && maxExtraUsdPerMinute.compareTo(MOST_USD) <= 0
            && Math.abs(maxExtraUsdPerMinute.scale()) <= 40,
        "provider.hedge.max_extra_usd_per_minute",
        maxExtraUsdPerMinute,
        "0..1000000");
  }
}
