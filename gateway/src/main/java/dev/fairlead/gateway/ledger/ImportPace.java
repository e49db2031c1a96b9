package dev.fairlead.gateway.ledger;

import java.util.function.DoubleSupplier;

/**
 * How much of one core's time may go into carrying rows from the journal into the database. Few
 * rows go at once, so that reports are fresh. More than that can wait in the journal while requests
 * need the cores: a small share is taken then, or half of what nobody uses, and more as the journal
 * fills. Of one thread.
 */
final class ImportPace {

  /** From here on the journal is no longer half empty, and up to there the share grows to 1. */
  private static final double FILLING = 0.5;

  private static final double FULL = 0.9;

  /** What is taken at most of cores that are idle, and of them all together. */
  private static final double OF_IDLE = 0.5;

  private static final double MOST_OF_IDLE = 0.5;

  private final double share;
  private final long atOnce;
  private final DoubleSupplier idleCores;

  /**
   * With this share when no core is idle.
   *
   * @param atOnce rows that are carried without a pause
   * @param idleCores cores that have nothing to do, 0 or more
   */
  ImportPace(double share, long atOnce, DoubleSupplier idleCores) {
    this.share = share;
    this.atOnce = atOnce;
    this.idleCores = idleCores;
  }

  /** What may be taken now, above 0 and up to 1. */
  double share(long waiting, double fill) {
    if (waiting <= atOnce) {
      return 1;
    }
    double urgency = Math.clamp((fill - FILLING) / (FULL - FILLING), 0, 1);
    double idle = Math.min(MOST_OF_IDLE, OF_IDLE * idleCores.getAsDouble());
    return Math.max(Math.max(share, idle), share + (1 - share) * urgency);
  }

  /** Nanoseconds to pause after work that took so much of a core and so much time. */
  static long pause(double share, long cpuNanos, long elapsedNanos) {
    return Math.max(0, (long) (cpuNanos / share) - elapsedNanos);
  }
}
