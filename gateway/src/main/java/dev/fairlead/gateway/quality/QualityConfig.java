package dev.fairlead.gateway.quality;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.Expect;
import java.time.Duration;
import java.util.List;

/** Section {@code quality}; units are in the reference file. */
public record QualityConfig(
    double shadowShare,
    double shadowDailyUsd,
    int shadowConcurrency,
    Duration shadowTimeout,
    String judge,
    double sameAbove,
    String judgeModel) {

  static final String EMBEDDING = "embedding";
  static final String MODEL = "model";

  /** Validates. */
  public QualityConfig {
    Expect.range("quality.shadow_share", shadowShare, 0, 1);
    Expect.range("quality.shadow_daily_usd", shadowDailyUsd, 0, 1e6);
    Expect.range("quality.shadow_concurrency", shadowConcurrency, 1, 1000);
    Expect.positive("quality.shadow_timeout", shadowTimeout);
    if (!List.of(EMBEDDING, MODEL).contains(judge)) {
      throw new ConfigException("quality.judge: " + judge + " (expected: embedding or model)");
    }
    Expect.range("quality.same_above", sameAbove, -1, 1);
  }

  /** Whether a model judges, and not the distance of the answers. */
  public boolean judgesByModel() {
    return judge.equals(MODEL);
  }
}
