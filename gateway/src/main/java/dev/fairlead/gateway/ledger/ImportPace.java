package dev.fairlead.gateway.ledger;

/**
 * How much of one core's time may go into carrying rows from the journal into the database. Few
 * rows go at once, so that reports are fresh. When more come than that, requests need the core and
 * the journal can wait: a small share is taken, which grows as the journal fills, and when hardly
 * any request comes. Of one thread.
 */
final class ImportPace {

  /** From here on the journal is no longer half empty, and up to there the share grows to 1. */
  private static final double FILLING = 0.5;

  private static final double FULL = 0.9;

  /** Rows a second that are few, and what is taken of the core then. */
  private static final double FEW_A_SECOND = 500;

  private static final double QUIET_SHARE = 0.5;

  private final double share;
  private final long atOnce;
  private long lastEnd = -1;
  private long lastNanos;
  private double arrivals;

  /**
   * With this share in general.
   *
   * @param atOnce rows that are carried without a pause
   */
  ImportPace(double share, long atOnce) {
    this.share = share;
    this.atOnce = atOnce;
  }

  /** What may be taken now, above 0 and up to 1. */
  double share(long waiting, double fill) {
    if (waiting <= atOnce) {
      return 1;
    }
    double urgency = Math.clamp((fill - FILLING) / (FULL - FILLING), 0, 1);
    double least = arrivals < FEW_A_SECOND ? Math.max(share, QUIET_SHARE) : share;
    return Math.max(least, share + (1 - share) * urgency);
  }

  /** Learns how fast rows come, from how many have come. */
  void seen(long end, long nanos) {
    if (lastEnd >= 0 && nanos - lastNanos < 100_000_000) {
      return;
    }
    arrivals = lastEnd < 0 ? 0 : (end - lastEnd) * 1e9 / (nanos - lastNanos);
    lastEnd = end;
    lastNanos = nanos;
  }

  /** Nanoseconds to pause after work that took so much of a core and so much time. */
  static long pause(double share, long cpuNanos, long elapsedNanos) {
    return Math.max(0, (long) (cpuNanos / share) - elapsedNanos);
  }
}
