package dev.fairlead.gateway.ledger;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries rows from requests to the ledger without a disk: a bounded queue, and one thread that
 * writes what waits in batches. While the database is away it tries again and the queue fills; what
 * no longer fits is dropped. A process that is killed loses what waited, which is what came in the
 * last {@code flush_interval} while the database keeps up.
 */
public final class LedgerWriter implements RowCarrier {

  private static final Logger logger = LoggerFactory.getLogger(LedgerWriter.class);
  private static final long LOOK_NANOS = LedgerWrites.LOOK.toNanos();

  private final RowQueue queue;
  private final LedgerMetrics metrics;
  private final LedgerWrites writes;
  private final int batch;
  private final long lingerNanos;
  private final Duration drain;
  private final AtomicLong settled = new AtomicLong();
  private final Thread thread;
  private int lost;
  private volatile boolean hurried;

  private LedgerWriter(LedgerConfig config, MeterRegistry registry, Supplier<Ledger> ledgers) {
    this.metrics = new LedgerMetrics(registry, this::waiting);
    this.queue = new RowQueue(config.queue(), metrics);
    this.writes = new LedgerWrites(metrics, ledgers);
    this.batch = config.batch();
    this.lingerNanos = config.flushInterval().toNanos();
    this.drain = config.drainTimeout();
    this.thread = Thread.ofPlatform().daemon().name("ledger-writer").unstarted(this::run);
  }

  /**
   * Starts to write.
   *
   * @param ledgers opens the ledger; called on the writer's thread until it succeeds
   */
  public static LedgerWriter start(
      LedgerConfig config, MeterRegistry registry, Supplier<Ledger> ledgers) {
    LedgerWriter writer = new LedgerWriter(config, registry, ledgers);
    writer.thread.start();
    return writer;
  }

  @Override
  public void offer(LedgerRow row) {
    queue.offer(row);
  }

  /** Rows in the queue. */
  @Override
  public long waiting() {
    return queue.size();
  }

  @Override
  public @Nullable Ledger ledger() {
    return writes.ledger();
  }

  private void run() {
    List<LedgerRow> rows = new ArrayList<>();
    boolean open = writes.open();
    while (!writes.stopping() || queue.size() > 0) {
      try {
        gather(rows);
      } catch (InterruptedException e) {
        logger.error("the ledger's writer was interrupted, which nobody may do", e);
      }
      if (!rows.isEmpty() && !(open && writes.write(rows, null))) {
        metrics.unwritten(rows.size());
        lost += rows.size();
      }
      settled.addAndGet(rows.size());
      rows.clear();
    }
    if (lost > 0) {
      logger.error("{} rows of the ledger are lost: its database was away until the end", lost);
    }
    writes.close();
  }

  private void gather(List<LedgerRow> rows) throws InterruptedException {
    LedgerRow first = queue.poll(LOOK_NANOS);
    if (first == null) {
      return;
    }
    rows.add(first);
    long until = System.nanoTime() + lingerNanos;
    queue.drainTo(rows, batch - rows.size());
    while (rows.size() < batch && !writes.stopping() && !hurried) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        return;
      }
      LedgerRow next = queue.poll(Math.min(left, LOOK_NANOS));
      if (next != null) {
        rows.add(next);
        queue.drainTo(rows, batch - rows.size());
      }
    }
  }

  @Override
  public boolean catchUp(Duration atMost) {
    long target = queue.accepted();
    long until = System.nanoTime() + atMost.toNanos();
    while (settled.get() < target && System.nanoTime() - until < 0) {
      hurried = true;
      LockSupport.parkNanos(LOOK_NANOS / 10);
    }
    hurried = false;
    return settled.get() >= target;
  }

  @Override
  public Optional<SpendSums> spent(SpendQuery query, Duration atMost) {
    Ledger open = writes.ledger();
    return open != null && catchUp(atMost) ? Optional.of(open.spent(query)) : Optional.empty();
  }

  @Override
  public void close() {
    queue.close();
    writes.stop(drain);
    try {
      if (!thread.join(drain.plus(LedgerWrites.LONGEST_PAUSE))) {
        logger.error("the ledger's database does not answer; {} rows are lost", queue.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
