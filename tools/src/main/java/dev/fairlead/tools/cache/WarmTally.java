package dev.fairlead.tools.cache;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/** What became of the requests so far. Thread-safe. */
final class WarmTally {

  private int made;
  private int known;
  private int uncached;
  private int failed;
  private BigDecimal costUsd = BigDecimal.ZERO;

  /**
   * A request was answered.
   *
   * @param cache what {@code X-Fairlead-Cache} says
   */
  synchronized void answered(String cache, BigDecimal cost) {
    switch (cache) {
      case "miss" -> made++;
      case "hit", "semantic", "coalesced", "stale" -> known++;
      default -> uncached++;
    }
    costUsd = costUsd.add(cost);
  }

  synchronized void failed() {
    failed++;
  }

  synchronized boolean complete() {
    return failed == 0;
  }

  synchronized String line(Duration took) {
    return String.format(
        Locale.ROOT,
        "%d requests: %d new answers, %d known already, %d past the cache, %d failed; cost %s USD,"
            + " %.1f s",
        made + known + uncached + failed,
        made,
        known,
        uncached,
        failed,
        costUsd.stripTrailingZeros().toPlainString(),
        took.toMillis() / 1000.0);
  }
}
