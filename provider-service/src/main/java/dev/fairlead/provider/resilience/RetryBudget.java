package dev.fairlead.provider.resilience;

import java.util.function.LongSupplier;

/**
 * Keeps retries a small share of the calls, so that a vendor in trouble does not get more traffic
 * but less: every call pays a share of a token in, every retry takes a whole one out, and a trickle
 * a second keeps a quiet service able to retry (the scheme of Finagle's RetryBudget). Thread-safe,
 * never blocks.
 */
public final class RetryBudget {

  private static final double NANOS_PER_SECOND = 1e9;

  /** What can be saved up: this many seconds of the trickle, and the share of this many calls. */
  private static final double SAVED_SECONDS = 10;

  private static final double SAVED_CALLS = 100;

  private final double ratio;
  private final double floorPerSecond;
  private final double most;
  private final LongSupplier nanoTime;
  private double tokens;
  private long last;
  private long granted;
  private long refused;

  /** A budget that is full. */
  public RetryBudget(double ratio, double floorPerSecond, LongSupplier nanoTime) {
    this.ratio = ratio;
    this.floorPerSecond = floorPerSecond;
    this.most = floorPerSecond * SAVED_SECONDS + ratio * SAVED_CALLS;
    this.nanoTime = nanoTime;
    this.tokens = floorPerSecond * SAVED_SECONDS;
    this.last = nanoTime.getAsLong();
  }

  /** A call begins. */
  public synchronized void deposit() {
    tokens = Math.min(most, tokens + ratio);
  }

  /** Asks for a retry; false when there have been too many. */
  public synchronized boolean withdraw() {
    long now = nanoTime.getAsLong();
    tokens = Math.min(most, tokens + (now - last) / NANOS_PER_SECOND * floorPerSecond);
    last = now;
    // A call pays 0.2 five times; the sum of five doubles may fall short of 1 by a rounding error.
    if (tokens < 1 - 1e-9) {
      refused++;
      return false;
    }
    granted++;
    tokens -= 1;
    return true;
  }

  /** Retries that were granted. */
  public synchronized long granted() {
    return granted;
  }

  /** Retries that were asked for in vain. */
  public synchronized long refused() {
    return refused;
  }
}
