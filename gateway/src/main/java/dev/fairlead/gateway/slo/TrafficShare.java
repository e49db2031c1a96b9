package dev.fairlead.gateway.slo;

import java.util.function.LongSupplier;

/**
 * How much of its traffic a model is given: less, step by step, while its budget burns; more again,
 * more slowly, when it no longer does; unchanged between the two borders. Thread-safe.
 */
final class TrafficShare {

  private static final double SHED = 0.5;
  private static final double RESTORE = 0.1;

  private final SloConfig config;
  private final LongSupplier nanos;
  private double share = 1;
  private long changedAt;

  TrafficShare(SloConfig config, LongSupplier nanos) {
    this.config = config;
    this.nanos = nanos;
    this.changedAt = nanos.getAsLong() - config.adjustEvery().toNanos();
  }

  /** The share, 0 to 1, moved on by {@code burn} when its time has come. */
  synchronized double after(double burn) {
    long now = nanos.getAsLong();
    if (now - changedAt < config.adjustEvery().toNanos()) {
      return share;
    }
    if (burn >= config.shedAbove()) {
      share = Math.max(config.probeShare(), share * SHED);
      changedAt = now;
    } else if (burn < config.restoreBelow() && share < 1) {
      share = Math.min(1, share + RESTORE);
      changedAt = now;
    }
    return share;
  }
}
