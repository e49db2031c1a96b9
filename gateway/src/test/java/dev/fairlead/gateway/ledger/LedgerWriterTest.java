package dev.fairlead.gateway.ledger;

import static dev.fairlead.gateway.ledger.LedgerRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LedgerWriterTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ScriptedLedger ledger = new ScriptedLedger();

  private double dropped(String reason) {
    return registry.counter("llm.router.ledger.dropped", "reason", reason).count();
  }

  private LedgerWriter start(String yaml) {
    return LedgerWriter.start(Configs.ledger(yaml), registry, () -> ledger);
  }

  @Test
  void rows_areWrittenInBatches_andAllAtClose() {
    try (LedgerWriter writer = start("batch: 10, flush_interval: 60s")) {
      for (int i = 0; i < 95; i++) {
        writer.offer(row().build());
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> ledger.ids.size() == 90);
    }
    assertThat(ledger.ids).hasSize(95);
    assertThat(ledger.batches).hasSizeLessThanOrEqualTo(11).allMatch(size -> size <= 10);
    assertThat(ledger.closed.get()).isEqualTo(1);
    assertThat(registry.counter("llm.router.ledger.rows").count()).isEqualTo(95);
  }

  @Test
  void row_isWritten_whenNoOtherComes() {
    try (LedgerWriter writer = start("flush_interval: 1ms")) {
      writer.offer(row().build());
      await().atMost(Duration.ofSeconds(20)).until(() -> ledger.ids.size() == 1);
    }
  }

  @Test
  void offer_dropsAndCounts_whenTheQueueIsFull() {
    ledger.stuck = new CountDownLatch(1);
    try (LedgerWriter writer = start("queue: 5, batch: 1, flush_interval: 1ms")) {
      writer.offer(row().build());
      await().atMost(Duration.ofSeconds(20)).until(() -> ledger.writing.get() == 1);
      for (int i = 0; i < 25; i++) {
        writer.offer(row().build());
      }
      assertThat(writer.waiting()).isEqualTo(5);
      assertThat(dropped("full")).isEqualTo(20);
      ledger.stuck.countDown();
      await().atMost(Duration.ofSeconds(20)).until(() -> ledger.ids.size() == 6);
      writer.offer(row().build());
    }
    assertThat(ledger.ids).hasSize(7);
  }

  @Test
  void rows_areWrittenOnce_whenTheDatabaseWasAwayAfterItTookThem() {
    ledger.failAfterTaking.set(2);
    ledger.failBeforeTaking.set(2);
    try (LedgerWriter writer = start("flush_interval: 1ms")) {
      for (int i = 0; i < 20; i++) {
        writer.offer(row().build());
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> ledger.ids.size() == 20);
    }
    assertThat(ledger.ids).hasSize(20);
    assertThat(registry.counter("llm.router.ledger.failures").count()).isEqualTo(4);
  }

  @Test
  void refusedRow_isDroppedAlone() {
    LedgerRow poison = row().requestId("poison").build();
    try (LedgerWriter writer = start("flush_interval: 200ms")) {
      writer.offer(row().build());
      writer.offer(poison);
      writer.offer(row().build());
    }
    assertThat(ledger.ids).hasSize(2).doesNotContain(poison.rowId());
    assertThat(dropped("refused")).isEqualTo(1);
  }

  @Test
  void rows_wait_untilTheDatabaseCanBeOpened() {
    AtomicInteger refusals = new AtomicInteger(3);
    try (LedgerWriter writer =
        LedgerWriter.start(
            Configs.ledger("flush_interval: 1ms"),
            registry,
            () -> {
              if (refusals.getAndDecrement() > 0) {
                throw new LedgerException("away", new SQLException(), true);
              }
              return ledger;
            })) {
      writer.offer(row().build());
      assertThat(writer.ledger()).isNull();
      await().atMost(Duration.ofSeconds(20)).until(() -> ledger.ids.size() == 1);
      assertThat(writer.ledger()).isSameAs(ledger);
    }
  }

  @Test
  void close_endsInTime_whenTheDatabaseStaysAway() {
    ledger.failBeforeTaking.set(Integer.MAX_VALUE);
    LedgerWriter writer = start("flush_interval: 1ms, drain_timeout: 100ms");
    writer.offer(row().build());
    writer.offer(row().build());
    writer.close();
    assertThat(dropped("stopped")).isEqualTo(2);
    assertThat(ledger.closed.get()).isEqualTo(1);
  }

  /** Does as a test tells it. */
  private static final class ScriptedLedger implements Ledger {
    final Set<String> ids = ConcurrentHashMap.newKeySet();
    final List<Integer> batches = new CopyOnWriteArrayList<>();
    final AtomicInteger writing = new AtomicInteger();
    final AtomicInteger failBeforeTaking = new AtomicInteger();
    final AtomicInteger failAfterTaking = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    volatile CountDownLatch stuck = new CountDownLatch(0);

    @Override
    public void write(List<LedgerRow> rows) {
      writing.incrementAndGet();
      try {
        stuck.await();
      } catch (InterruptedException e) {
        throw new AssertionError("the writer must not be interrupted", e);
      }
      if (failBeforeTaking.get() > 0 && failBeforeTaking.getAndDecrement() > 0) {
        throw new LedgerException("away", new SQLException(), true);
      }
      if (rows.stream().anyMatch(row -> row.requestId().equals("poison"))) {
        throw new LedgerException("refused", new SQLException(), false);
      }
      rows.forEach(row -> ids.add(row.rowId()));
      batches.add(rows.size());
      if (failAfterTaking.get() > 0 && failAfterTaking.getAndDecrement() > 0) {
        throw new LedgerException("away", new SQLException(), true);
      }
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
}
