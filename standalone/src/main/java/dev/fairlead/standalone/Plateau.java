package dev.fairlead.standalone;

import java.time.Duration;

/**
 * Tells when a rate has stopped to rise: a few counts in a row that are not clearly above the best
 * so far. Compilers work in bursts, so a single slow stretch means nothing. For one thread.
 */
final class Plateau {

  /** A rise is worth waiting for when it is more than this. */
  private static final double RISE = 1.1;

  /** Counts without a rise that end it. */
  private static final int STRETCH = 4;

  private int best;
  private int last;
  private int sinceRise;

  /** Takes the next count; whether the rate no longer rises. */
  boolean reachedWith(int count) {
    last = count;
    if (count == 0 || count > best * RISE) {
      best = Math.max(best, count);
      sinceRise = 0;
      return false;
    }
    return ++sinceRise >= STRETCH;
  }

  /** The last count as a rate. */
  long perSecond(Duration each) {
    return Math.round(last * 1e9 / each.toNanos());
  }
}
