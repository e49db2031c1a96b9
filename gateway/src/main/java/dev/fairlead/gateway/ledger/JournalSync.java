package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Journal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the disk take the journal, on a thread of its own: that may last a second, in which the rows
 * of all requests would wait in memory and, when their queue is full, be dropped.
 */
final class JournalSync {

  private static final Logger logger = LoggerFactory.getLogger(JournalSync.class);

  /** How often full files are closed when nothing is forced. */
  private static final long CLOSING_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Journal<LedgerRow> journal;
  private final LedgerMetrics metrics;
  private final boolean forced;
  private final long pauseNanos;
  private final Thread thread;
  private volatile boolean closing;
  private long synced;
  private boolean told;

  /**
   * Not yet begun.
   *
   * @param interval between the end of one and the begin of the next; 0 leaves it to the system
   */
  JournalSync(Journal<LedgerRow> journal, Duration interval, LedgerMetrics metrics) {
    this.journal = journal;
    this.metrics = metrics;
    this.forced = !interval.isZero();
    this.pauseNanos = forced ? interval.toNanos() : CLOSING_NANOS;
    this.synced = journal.end();
    this.thread = Thread.ofPlatform().daemon().name("ledger-sync").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long next = System.nanoTime() + pauseNanos;
    while (!closing) {
      long left = next - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      } else {
        sync();
        next = System.nanoTime() + pauseNanos;
      }
    }
  }

  private void sync() {
    long end = journal.end();
    if (end == synced) {
      return;
    }
    try {
      journal.sync(forced);
      synced = end;
      told = false;
    } catch (IOException e) {
      metrics.failed();
      if (!told) {
        logger.error("the disk does not take the ledger's journal: {}", e.toString());
        told = true;
      }
    }
  }

  /**
   * Ends, without a last time: closing the journal does that. False when the disk does not answer.
   */
  boolean close(Duration atMost) throws InterruptedException {
    closing = true;
    LockSupport.unpark(thread);
    boolean ended = thread.join(atMost);
    if (!ended) {
      logger.error("the disk does not answer; what it has of the journal is not known");
    }
    return ended;
  }
}
