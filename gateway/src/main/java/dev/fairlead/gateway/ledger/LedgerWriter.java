package dev.fairlead.gateway.ledger;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries rows from requests to the ledger: a bounded queue, and one virtual thread that writes
 * what waits in batches. While the database is away it tries again and the queue fills; what no
 * longer fits is dropped, counted, and logged once for each time that it happens. A process that is
 * killed loses what waited, which is what came in the last {@code flush_interval} while the
 * database keeps up.
 */
public final class LedgerWriter implements LedgerSink, AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(LedgerWriter.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /**
   * How often the writer sees whether the gateway stops. It is never interrupted, because that
   * would close the embedded database's file under it.
   */
  private static final long IDLE_MILLIS = 50;

  private final BlockingQueue<LedgerRow> queue;
  private final LedgerMetrics metrics;
  private final Supplier<Ledger> ledgers;
  private final int batch;
  private final long lingerNanos;
  private final Duration drain;
  private final AtomicLong droppedInBurst = new AtomicLong();
  private final Thread thread;
  private int lost;
  private volatile boolean closing;
  private volatile long closeBy;
  private volatile @Nullable Ledger ledger;

  private LedgerWriter(LedgerConfig config, MeterRegistry registry, Supplier<Ledger> ledgers) {
    this.queue = new ArrayBlockingQueue<>(config.queue());
    this.metrics = new LedgerMetrics(registry, queue);
    this.ledgers = ledgers;
    this.batch = config.batch();
    this.lingerNanos = config.flushInterval().toNanos();
    this.drain = config.drainTimeout();
    this.thread = Thread.ofVirtual().name("ledger-writer").unstarted(this::run);
  }

  /**
   * Starts to write.
   *
   * @param ledgers opens the ledger; called on the writer's thread until it succeeds, so that a
   *     database that is away does not keep a gateway from starting
   */
  public static LedgerWriter start(
      LedgerConfig config, MeterRegistry registry, Supplier<Ledger> ledgers) {
    LedgerWriter writer = new LedgerWriter(config, registry, ledgers);
    writer.thread.start();
    return writer;
  }

  @Override
  public void offer(LedgerRow row) {
    if (!closing && queue.offer(row)) {
      if (droppedInBurst.get() != 0) {
        endBurst();
      }
      return;
    }
    metrics.full();
    if (droppedInBurst.getAndIncrement() == 0) {
      logger.warn("the ledger's queue is full: rows are dropped until the database catches up");
    }
  }

  private void endBurst() {
    long dropped = droppedInBurst.getAndSet(0);
    if (dropped > 0) {
      logger.warn("the ledger takes rows again; {} were dropped", dropped);
    }
  }

  /** Rows that wait. */
  public int waiting() {
    return queue.size();
  }

  /** The ledger; null until it could be opened. */
  public @Nullable Ledger ledger() {
    return ledger;
  }

  private void run() {
    List<LedgerRow> rows = new ArrayList<>();
    open();
    while (!closing || !queue.isEmpty()) {
      try {
        gather(rows);
      } catch (InterruptedException e) {
        logger.error("the ledger's writer was interrupted, which nobody may do", e);
      }
      write(rows);
      rows.clear();
    }
    if (lost > 0) {
      logger.error("{} rows of the ledger are lost: its database was away until the end", lost);
    }
    Ledger open = ledger;
    if (open != null) {
      open.close();
    }
  }

  private void open() {
    Retry retry = new Retry("opened");
    while (ledger == null) {
      try {
        ledger = ledgers.get();
        retry.succeeded();
      } catch (LedgerException e) {
        if (!retry.pause(e)) {
          return;
        }
      }
    }
  }

  private void gather(List<LedgerRow> rows) throws InterruptedException {
    LedgerRow first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    if (first == null) {
      return;
    }
    rows.add(first);
    long until = System.nanoTime() + lingerNanos;
    queue.drainTo(rows, batch - rows.size());
    while (rows.size() < batch && !closing) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        return;
      }
      long slice = Math.min(left, TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS));
      LedgerRow next = queue.poll(slice, TimeUnit.NANOSECONDS);
      if (next != null) {
        rows.add(next);
        queue.drainTo(rows, batch - rows.size());
      }
    }
  }

  private void write(List<LedgerRow> rows) {
    Ledger open = ledger;
    if (rows.isEmpty()) {
      return;
    }
    if (open == null) {
      lost(rows.size());
      return;
    }
    Retry retry = new Retry("written");
    while (true) {
      try {
        open.write(rows);
        metrics.written(rows.size());
        retry.succeeded();
        return;
      } catch (LedgerException e) {
        metrics.failed();
        if (!e.isTransient()) {
          writeSingly(open, rows, e);
          return;
        }
        if (!retry.pause(e)) {
          lost(rows.size());
          return;
        }
      }
    }
  }

  private void lost(int rows) {
    metrics.unwritten(rows);
    lost += rows;
  }

  /** One row that the database refuses must not take the others with it. */
  private void writeSingly(Ledger open, List<LedgerRow> rows, LedgerException refusal) {
    if (rows.size() == 1) {
      metrics.refused();
      logger.error(
          "the ledger refuses the row of request {}: {}",
          rows.getFirst().requestId(),
          refusal.getMessage());
      return;
    }
    for (LedgerRow row : rows) {
      write(List.of(row));
    }
  }

  /** Writes what waits, at most for the drain time; blocks. */
  @Override
  public void close() {
    closeBy = System.nanoTime() + drain.toNanos();
    closing = true;
    try {
      if (!thread.join(drain.plus(LONGEST_PAUSE))) {
        logger.error("the ledger's database does not answer; {} rows are lost", queue.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
      if (closing && System.nanoTime() - closeBy >= 0) {
        return false;
      }
      sleep();
      pause =
          pause.compareTo(LONGEST_PAUSE.dividedBy(2)) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
      return true;
    }

    private void sleep() {
      long until = System.nanoTime() + pause.toNanos();
      boolean stops = closing;
      while (System.nanoTime() - until < 0 && closing == stops) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS));
      }
    }

    void succeeded() {
      if (told) {
        logger.info("the ledger is {} again", what);
      }
    }
  }
}
