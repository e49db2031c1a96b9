package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Chunk;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Does as a test tells it. */
final class ScriptedLedger implements Ledger {
  final Set<String> ids = ConcurrentHashMap.newKeySet();
  final AtomicLong spent = new AtomicLong();
  final Map<String, Chunk.Position> places = new ConcurrentHashMap<>();
  final List<Integer> batches = new CopyOnWriteArrayList<>();
  final AtomicInteger writing = new AtomicInteger();
  final AtomicInteger failBeforeTaking = new AtomicInteger();
  final AtomicInteger failAfterTaking = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  volatile long pauseNanos;
  volatile CountDownLatch stuck = new CountDownLatch(0);

  @Override
  public void write(List<LedgerRow> rows, @Nullable JournalPlace place) {
    writing.incrementAndGet();
    try {
      stuck.await();
    } catch (InterruptedException e) {
      throw new AssertionError("the writer must not be interrupted", e);
    }
    LockSupport.parkNanos(pauseNanos);
    if (failBeforeTaking.get() > 0 && failBeforeTaking.getAndDecrement() > 0) {
      throw new LedgerException("away", new SQLException(), true);
    }
    if (rows.stream().anyMatch(row -> row.requestId().equals("poison"))) {
      throw new LedgerException("refused", new SQLException(), false);
    }
    rows.forEach(row -> ids.add(row.rowId()));
    rows.forEach(row -> spent.addAndGet(row.bill().costNanoUsd()));
    if (place != null) {
      places.put(place.journal(), place.position());
    }
    batches.add(rows.size());
    if (failAfterTaking.get() > 0 && failAfterTaking.getAndDecrement() > 0) {
      throw new LedgerException("away", new SQLException(), true);
    }
  }

  @Override
  public Optional<Chunk.Position> place(String journal) {
    return Optional.ofNullable(places.get(journal));
  }

  /** Of everybody, and whenever. */
  @Override
  public SpendSums spent(SpendQuery query) {
    return new SpendSums(0, 0, spent.get());
  }

  @Override
  public UsageReport report(UsageQuery query) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<OutputLength> outputLengths(Instant since, int mostPerClass) {
    return List.of();
  }

  @Override
  public int rollUp(LocalDate firstKept, LocalDate firstTotal) {
    return 0;
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }
}
