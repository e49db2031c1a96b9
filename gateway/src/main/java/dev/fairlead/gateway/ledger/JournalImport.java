package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Chunk;
import dev.fairlead.gateway.journal.Journal;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the journal into the database on a thread of its own, at {@link ImportPace}. A batch
 * whose fate is unknown is written again, which changes nothing.
 */
final class JournalImport {

  private static final Logger logger = LoggerFactory.getLogger(JournalImport.class);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long DISK_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Journal<LedgerRow> journal;
  private final LedgerMetrics metrics;
  private final UnimportedSpending unimported;
  private final LedgerWrites writes;
  private final ImportPace pace;
  private final int batch;
  private final long intervalNanos;
  private final AtomicInteger hurrying = new AtomicInteger();
  private final Thread thread;
  private boolean diskTold;

  JournalImport(
      LedgerConfig config,
      Journal<LedgerRow> journal,
      LedgerMetrics metrics,
      UnimportedSpending unimported,
      Supplier<Ledger> ledgers) {
    this.unimported = unimported;
    this.journal = journal;
    this.metrics = metrics;
    this.writes = new LedgerWrites(metrics, ledgers);
    this.batch = config.batch();
    this.pace = new ImportPace(config.importShare(), 2L * batch, new IdleCores());
    this.intervalNanos = config.flushInterval().toNanos();
    this.thread = Thread.ofPlatform().daemon().name("ledger-import").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  @Nullable Ledger ledger() {
    return writes.ledger();
  }

  private void run() {
    if (writes.open() && begin()) {
      boolean more = true;
      while (more && !writes.outOfTime()) {
        more = step();
      }
    }
    writes.close();
  }

  /** Finds the place to go on, and what an earlier process has left behind it; false at the end. */
  private boolean begin() {
    while (!writes.outOfTime()) {
      try {
        Ledger open = writes.ledger();
        if (open != null) {
          LedgerJournal.resume(journal, open);
        }
        sumUp();
        return true;
      } catch (IOException e) {
        diskFailed(e);
      } catch (LedgerException e) {
        metrics.failed();
        logger.warn("the ledger does not tell how far its journal came: {}", e.getMessage());
        LockSupport.parkNanos(DISK_PAUSE_NANOS);
      }
    }
    return false;
  }

  private void sumUp() throws IOException {
    UnimportedSpending found = new UnimportedSpending();
    List<LedgerRow> rows = new ArrayList<>(batch);
    journal.inherited(row -> {
      rows.add(row);
      if (rows.size() == batch) {
        found.left(rows);
        rows.clear();
      }
    });
    found.left(rows);
    unimported.inherit(found);
  }

  /** Carries one batch and pauses; false at the end. */
  private boolean step() {
    long begin = System.nanoTime();
    long cpu = THREADS.getCurrentThreadCpuTime();
    try {
      Chunk<LedgerRow> chunk = journal.next(batch);
      diskTold = false;
      if (chunk.records().isEmpty()) {
        if (writes.stopping()) {
          return false;
        }
        pause(intervalNanos);
        return true;
      }
      JournalPlace place = new JournalPlace(journal.name(), chunk.end());
      if (!unimported.arrive(chunk.records(), () -> writes.write(chunk.records(), place))) {
        return false;
      }
      journal.done(chunk);
    } catch (IOException e) {
      if (writes.stopping()) {
        return false;
      }
      diskFailed(e);
    }
    rest(begin, cpu);
    return true;
  }

  private void rest(long begin, long cpuBefore) {
    long now = System.nanoTime();
    double share = pace.share(journal.waiting(), journal.fill());
    pause(ImportPace.pause(share, THREADS.getCurrentThreadCpuTime() - cpuBefore, now - begin));
  }

  /** Waits, unless there is haste. */
  private void pause(long nanos) {
    long until = System.nanoTime() + nanos;
    for (long left = nanos;
        left > 0 && hurrying.get() == 0 && !writes.stopping();
        left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    if (hurrying.get() != 0 && journal.waiting() == 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private void diskFailed(IOException failure) {
    metrics.failed();
    if (!diskTold) {
      logger.error("the ledger's journal cannot be read: {}", failure.toString());
      diskTold = true;
    }
    LockSupport.parkNanos(DISK_PAUSE_NANOS);
  }

  /** Waits until all records before this one are done; blocks. */
  boolean catchUp(long end, long untilNanos) {
    hurrying.incrementAndGet();
    try {
      while (journal.done() < end && System.nanoTime() - untilNanos < 0) {
        LockSupport.unpark(thread);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
      }
      return journal.done() >= end;
    } finally {
      hurrying.decrementAndGet();
    }
  }

  /** Carries what waits, at most for this time; blocks. */
  void close(Duration drain) throws InterruptedException {
    writes.stop(drain);
    LockSupport.unpark(thread);
    if (!thread.join(drain.plus(LedgerWrites.LONGEST_PAUSE))) {
      logger.error("the ledger's database does not answer");
    }
  }
}
