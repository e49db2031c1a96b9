package dev.fairlead.gateway.ledger;

import static dev.fairlead.gateway.ledger.LedgerRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
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
}
