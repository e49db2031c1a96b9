package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Journal;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries rows from requests to the ledger by way of a journal on disk: one thread empties the
 * bounded queue into files every few milliseconds, another one has the disk take them, a third one
 * carries them into the database when there is time. A process that is killed loses only what came
 * in those milliseconds; a database that is away, or slower than the requests, loses nothing until
 * the journal has its full size. Only then, or when the disk is full, the queue fills and rows are
 * dropped.
 */
final class JournalingWriter implements RowCarrier {

  private static final Logger logger = LoggerFactory.getLogger(JournalingWriter.class);

  /** Rows that are taken from the queue at a time. */
  private static final int TAKEN = 4096;

  /** How long rows may come together before they are written. */
  private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final long LOOK_NANOS = LedgerWrites.LOOK.toNanos();

  private final RowQueue queue;
  private final LedgerMetrics metrics;
  private final Journal<LedgerRow> journal;
  private final UnimportedSpending unimported = new UnimportedSpending();
  private final JournalImport carrying;
  private final JournalSync syncing;
  private final Duration drain;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong counted = new AtomicLong();
  private final Thread thread;
  private boolean failing;
  private volatile boolean closing;
  private volatile long closeBy;

  private JournalingWriter(
      LedgerConfig config,
      Journal<LedgerRow> journal,
      MeterRegistry registry,
      Supplier<Ledger> ledgers) {
    this.journal = journal;
    this.metrics = new LedgerMetrics(registry, this::waiting);
    metrics.watch(journal);
    this.queue = new RowQueue(config.queue(), metrics);
    this.carrying = new JournalImport(config, journal, metrics, unimported, ledgers);
    this.syncing = new JournalSync(journal, config.journalSync(), metrics);
    this.drain = config.drainTimeout();
    this.thread = Thread.ofPlatform().daemon().name("ledger-journal").unstarted(this::run);
  }

  /**
   * Starts to write, and to carry on what an earlier process has left.
   *
   * @param ledgers opens the ledger; called on a thread of its own until it succeeds
   */
  static JournalingWriter start(
      LedgerConfig config,
      Journal<LedgerRow> journal,
      MeterRegistry registry,
      Supplier<Ledger> ledgers) {
    JournalingWriter writer = new JournalingWriter(config, journal, registry, ledgers);
    if (journal.waiting() > 0) {
      logger.info("{} rows of the ledger were left in the journal", journal.waiting());
    }
    writer.thread.start();
    writer.syncing.start();
    writer.carrying.start();
    return writer;
  }

  @Override
  public void offer(LedgerRow row) {
    queue.offer(row);
  }

  @Override
  public long waiting() {
    return queue.size() + journal.waiting();
  }

  /** Rows that a kill would lose, but for what is being written. */
  int inMemory() {
    return queue.size();
  }

  @Override
  public @Nullable Ledger ledger() {
    return carrying.ledger();
  }

  private void run() {
    List<LedgerRow> rows = new ArrayList<>(TAKEN);
    while (!closing || queue.size() > 0) {
      try {
        LedgerRow first = queue.poll(LOOK_NANOS);
        if (first != null) {
          rows.add(first);
        }
      } catch (InterruptedException e) {
        logger.error("the ledger's journal was interrupted, which nobody may do", e);
      }
      if (!rows.isEmpty()) {
        linger();
        queue.drainTo(rows, TAKEN - rows.size());
        unimported.left(rows);
        counted.addAndGet(rows.size());
        append(rows);
        rows.clear();
      }
    }
  }

  /** Lets rows come together: a write, and waking this thread, cost more than a row. */
  private void linger() {
    if (!closing) {
      LockSupport.parkNanos(LINGER_NANOS);
    }
  }

  private void append(List<LedgerRow> rows) {
    int from = 0;
    while (from < rows.size()) {
      try {
        int count = journal.append(rows.subList(from, rows.size()));
        from += count;
        taken.addAndGet(count);
        recovered(count);
      } catch (IOException e) {
        failed(e);
      }
      if (from < rows.size() && failing && !waitForRoom()) {
        metrics.unwritten(rows.size() - from);
        taken.addAndGet(rows.size() - from);
        return;
      }
    }
  }

  private void recovered(int count) {
    if (count == 0 && !failing) {
      failing = true;
      logger.warn("the ledger's journal is full: {} bytes", journal.bytes());
    } else if (count > 0 && failing) {
      failing = false;
      logger.info("the ledger's journal takes rows again");
    }
  }

  private void failed(IOException failure) {
    metrics.failed();
    if (!failing) {
      failing = true;
      logger.error("the ledger's journal cannot be written: {}", failure.toString());
    }
  }

  /** False when the gateway stops and there is no time left. */
  private boolean waitForRoom() {
    if (closing && System.nanoTime() - closeBy >= 0) {
      return false;
    }
    LockSupport.parkNanos(LOOK_NANOS);
    return true;
  }

  @Override
  public boolean catchUp(Duration atMost) {
    long until = System.nanoTime() + atMost.toNanos();
    return await(taken, until) && carrying.catchUp(journal.end(), until);
  }

  /** Waits until a count has come to the rows that were accepted before. */
  private boolean await(AtomicLong count, long untilNanos) {
    long target = queue.accepted();
    while (count.get() < target) {
      if (System.nanoTime() - untilNanos >= 0) {
        return false;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    return true;
  }

  @Override
  public Optional<SpendSums> spent(SpendQuery query, Duration atMost) {
    long until = System.nanoTime() + atMost.toNanos();
    while (!unimported.isComplete() && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    Ledger open = carrying.ledger();
    if (open == null || !await(counted, until)) {
      return Optional.empty();
    }
    return unimported.with(
        query, () -> open.spent(query), Duration.ofNanos(Math.max(0, until - System.nanoTime())));
  }

  /**
   * Writes what waits into the journal, then carries what that time allows into the database; what
   * stays behind is carried after the next start.
   */
  @Override
  public void close() {
    queue.close();
    closeBy = System.nanoTime() + drain.toNanos();
    closing = true;
    try {
      if (!thread.join(drain.plus(LedgerWrites.LONGEST_PAUSE))) {
        logger.error("the disk does not answer; {} rows of the ledger are lost", queue.size());
        return;
      }
      carrying.close(drain);
      long left = journal.waiting();
      if (left > 0) {
        logger.warn("{} rows of the ledger stay in the journal until the next start", left);
      }
      if (syncing.close(drain.plus(LedgerWrites.LONGEST_PAUSE))) {
        journal.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      logger.error("the ledger's journal was not closed: {}", e.toString());
    }
  }
}
