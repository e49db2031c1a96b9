package dev.fairlead.gateway.ledger;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches to a database that may be away: tries again until it succeeds, or until the
 * gateway stops and there is no time left. One thread writes. It is never interrupted, because that
 * would close the embedded database's file under it.
 */
final class LedgerWrites {

  /** How often the writing thread sees whether the gateway stops. */
  static final Duration LOOK = Duration.ofMillis(50);

  static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private static final Logger logger = LoggerFactory.getLogger(LedgerWrites.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  private final LedgerMetrics metrics;
  private final Supplier<Ledger> ledgers;
  private volatile boolean stopping;
  private volatile long stopBy;
  private volatile @Nullable Ledger ledger;

  /**
   * Writes to a ledger that is opened later.
   *
   * @param ledgers opens it; called until it succeeds, so that a database that is away does not
   *     keep a gateway from starting
   */
  LedgerWrites(LedgerMetrics metrics, Supplier<Ledger> ledgers) {
    this.metrics = metrics;
    this.ledgers = ledgers;
  }

  /** From now on tries end when this time is over; any thread. */
  void stop(Duration drain) {
    stopBy = System.nanoTime() + drain.toNanos();
    stopping = true;
  }

  boolean stopping() {
    return stopping;
  }

  boolean outOfTime() {
    return stopping && System.nanoTime() - stopBy >= 0;
  }

  /** The ledger; null until it could be opened; any thread. */
  @Nullable Ledger ledger() {
    return ledger;
  }

  /** Opens the ledger; false when there was no time. */
  boolean open() {
    Retry retry = new Retry("opened");
    while (ledger == null) {
      try {
        ledger = ledgers.get();
        retry.succeeded();
      } catch (LedgerException e) {
        if (!retry.pause(e)) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Writes rows, each but once, or counts those that the database refuses; false in lack of time.
   *
   * @param place remembered with the last of them
   */
  boolean write(List<LedgerRow> rows, @Nullable JournalPlace place) {
    Ledger open = ledger;
    if (open == null) {
      return false;
    }
    Retry retry = new Retry("written");
    while (true) {
      try {
        open.write(rows, place);
        metrics.written(rows.size());
        retry.succeeded();
        return true;
      } catch (LedgerException e) {
        metrics.failed();
        if (!e.isTransient()) {
          return writeSingly(rows, place, e);
        }
        if (!retry.pause(e)) {
          return false;
        }
      }
    }
  }

  /** One row that the database refuses must not take the others with it. */
  private boolean writeSingly(
      List<LedgerRow> rows, @Nullable JournalPlace place, LedgerException refusal) {
    if (rows.size() == 1) {
      metrics.refused();
      logger.error(
          "the ledger refuses the row of request {}: {}",
          rows.getFirst().requestId(),
          refusal.getMessage());
      return true;
    }
    for (LedgerRow row : rows) {
      if (!write(List.of(row), null)) {
        return false;
      }
    }
    return place == null || write(List.of(), place);
  }

  /** Lets go of the ledger. */
  void close() {
    Ledger open = ledger;
    if (open != null) {
      open.close();
    }
  }

  /** Tries again with growing pauses; says once that it must, and once that it no longer has to. */
  private final class Retry {

    private final String what;
    private Duration pause = FIRST_PAUSE;
    private boolean told;

    Retry(String what) {
      this.what = what;
    }

    /** Waits; false when the gateway stops and there is no time left. */
    boolean pause(LedgerException failure) {
      if (!told) {
        logger.warn(
            "the ledger cannot be {} now and is tried again: {}", what, failure.getMessage());
        told = true;
      }
      if (outOfTime()) {
        return false;
      }
      sleep();
      pause =
          pause.compareTo(LONGEST_PAUSE.dividedBy(2)) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
      return true;
    }

    private void sleep() {
      long until = System.nanoTime() + pause.toNanos();
      boolean stops = stopping;
      while (System.nanoTime() - until < 0 && stopping == stops) {
        LockSupport.parkNanos(LOOK.toNanos());
      }
    }

    void succeeded() {
      if (told) {
        logger.info("the ledger is {} again", what);
      }
    }
  }
}
