package dev.fairlead.gateway.ledger;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows between requests and the thread that takes them on. What does not fit is dropped, counted,
 * and logged once for each time that it happens. Many threads offer, one takes.
 */
final class RowQueue {

  private static final Logger logger = LoggerFactory.getLogger(RowQueue.class);

  private final BlockingQueue<LedgerRow> rows;
  private final LedgerMetrics metrics;
  private final LongAdder accepted = new LongAdder();
  private final AtomicLong droppedInBurst = new AtomicLong();
  private volatile boolean closed;

  RowQueue(int capacity, LedgerMetrics metrics) {
    this.rows = new ArrayBlockingQueue<>(capacity);
    this.metrics = metrics;
  }

  void offer(LedgerRow row) {
    if (!closed && rows.offer(row)) {
      accepted.increment();
      if (droppedInBurst.get() != 0) {
        endBurst();
      }
      return;
    }
    metrics.full();
    if (droppedInBurst.getAndIncrement() == 0) {
      logger.warn(
          "the ledger's queue is full: rows are dropped until what is behind it catches up");
    }
  }

  private void endBurst() {
    long dropped = droppedInBurst.getAndSet(0);
    if (dropped > 0) {
      logger.warn("the ledger takes rows again; {} were dropped", dropped);
    }
  }

  /** Waits for the next row; null when none comes in time. */
  @Nullable LedgerRow poll(long nanos) throws InterruptedException {
    return rows.poll(nanos, TimeUnit.NANOSECONDS);
  }

  /** Takes what is there. */
  void drainTo(List<LedgerRow> taken, int most) {
    rows.drainTo(taken, most);
  }

  int size() {
    return rows.size();
  }

  /** Rows that were ever taken in. */
  long accepted() {
    return accepted.sum();
  }

  /** Takes no more. */
  void close() {
    closed = true;
  }
}
