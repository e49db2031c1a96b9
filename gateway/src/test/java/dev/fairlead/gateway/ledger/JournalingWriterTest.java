package dev.fairlead.gateway.ledger;

import static dev.fairlead.gateway.ledger.LedgerRows.NOON;
import static dev.fairlead.gateway.ledger.LedgerRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.gateway.journal.Chunk;
import dev.fairlead.gateway.journal.Journal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalingWriterTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path dataDir;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ScriptedLedger ledger = new ScriptedLedger();

  private JournalingWriter start(String yaml) throws IOException {
    return start(yaml, () -> ledger);
  }

  private JournalingWriter start(String yaml, Supplier<Ledger> ledgers) throws IOException {
    LedgerConfig config = Configs.ledger(yaml);
    Journal<LedgerRow> journal = LedgerJournal.open(config, dataDir);
    return JournalingWriter.start(config, journal, registry, ledgers);
  }

  private static Ledger away() {
    throw new LedgerException("away", new SQLException(), true);
  }

  private double dropped(String reason) {
    return registry.counter("llm.router.ledger.dropped", "reason", reason).count();
  }

  private double journalBytes() {
    return registry.get("llm.router.ledger.journal.bytes").gauge().value();
  }

  private static Set<String> offer(RowCarrier writer, int count) {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < count; i++) {
      LedgerRow row = row().build();
      ids.add(row.rowId());
      writer.offer(row);
    }
    return ids;
  }

  @Test
  void row_isInTheDatabase_soonAfterItCame() throws Exception {
    try (JournalingWriter writer = start("flush_interval: 1ms")) {
      Set<String> ids = offer(writer, 1);
      await().atMost(LONG).until(() -> ledger.ids.equals(ids) && writer.waiting() == 0);
    }
    assertThat(ledger.closed.get()).isEqualTo(1);
  }

  @Test
  void close_carriesAllThatWaits() throws Exception {
    Set<String> ids;
    try (JournalingWriter writer = start("flush_interval: 1h, batch: 100")) {
      ids = offer(writer, 5000);
    }
    assertThat(ledger.ids).isEqualTo(ids);
    assertThat(registry.counter("llm.router.ledger.rows").count()).isEqualTo(5000);
  }

  @Test
  void catchUp_doesNotWaitForTheInterval() throws Exception {
    try (JournalingWriter writer = start("flush_interval: 1h, batch: 100, import_share: 0.01")) {
      Set<String> ids = offer(writer, 3000);
      assertThat(writer.catchUp(LONG)).isTrue();
      assertThat(ledger.ids).isEqualTo(ids);
      ids.addAll(offer(writer, 1));
      assertThat(writer.catchUp(LONG)).isTrue();
      assertThat(ledger.ids).isEqualTo(ids);
    }
  }

  @Test
  void rows_waitOnDisk_untilADatabaseThatWasAwayIsBack() throws Exception {
    Set<String> ids;
    try (JournalingWriter writer =
        start("queue: 100, drain_timeout: 1ms", JournalingWriterTest::away)) {
      ids = offer(writer, 50);
      await().atMost(LONG).until(() -> writer.waiting() == 50);
      assertThat(writer.catchUp(Duration.ofMillis(20))).isFalse();
      assertThat(writer.ledger()).isNull();
    }
    assertThat(dropped("full") + dropped("stopped")).isZero();
    ledger.failBeforeTaking.set(2);
    ledger.failAfterTaking.set(2);
    try (JournalingWriter writer = start("flush_interval: 1ms")) {
      ids.addAll(offer(writer, 50));
      await().atMost(LONG).until(() -> ledger.ids.size() == 100 && writer.waiting() == 0);
    }
    assertThat(ledger.ids).isEqualTo(ids);
  }

  @Test
  void queue_isEmptied_whileTheDatabaseHangs() throws Exception {
    ledger.stuck = new CountDownLatch(1);
    Set<String> ids = new HashSet<>();
    try (JournalingWriter writer = start("queue: 500, flush_interval: 1ms")) {
      for (int i = 0; i < 20; i++) {
        ids.addAll(offer(writer, 400));
        await().atMost(LONG).until(() -> writer.inMemory() == 0);
      }
      assertThat(dropped("full")).isZero();
      ledger.stuck.countDown();
    }
    assertThat(ledger.ids).isEqualTo(ids);
  }

  @Test
  void rows_areDroppedAndCounted_onlyWhenTheJournalIsFull() throws Exception {
    ledger.stuck = new CountDownLatch(1);
    try (JournalingWriter writer = start("queue: 1000, journal_limit_bytes: 1048576")) {
      int offered = 0;
      while (dropped("full") == 0) {
        offer(writer, 500);
        offered += 500;
        await().atMost(LONG).until(() -> writer.inMemory() == 0 || journalBytes() >= 1 << 20);
        assertThat(offered).isLessThan(20_000);
      }
      assertThat(offered).isGreaterThan(2000);
      int lost = (int) dropped("full");
      ledger.stuck.countDown();
      int kept = offered - lost;
      await().atMost(LONG).until(() -> ledger.ids.size() == kept);
      offer(writer, 10);
      await().atMost(LONG).until(() -> ledger.ids.size() == kept + 10);
    }
    assertThat(dropped("stopped")).isZero();
  }

  @Test
  void refusedRow_isDroppedAlone() throws Exception {
    try (JournalingWriter writer = start("flush_interval: 1ms")) {
      offer(writer, 3);
      writer.offer(row().requestId("poison").build());
      offer(writer, 3);
    }
    assertThat(ledger.ids).hasSize(6);
    assertThat(dropped("refused")).isEqualTo(1);
  }

  @Test
  void journal_holdsNoPrompt_unlessTheRowHasOne() throws Exception {
    LedgerRow plain = row().build();
    try (JournalingWriter writer = start("drain_timeout: 1ms", JournalingWriterTest::away)) {
      writer.offer(plain);
    }
    assertThat(journalText()).contains(plain.rowId()).doesNotContain("a secret plan");
    LedgerRow told =
        new LedgerRow(
            "told",
            plain.requestId(),
            plain.at(),
            plain.payer(),
            plain.tags(),
            plain.route(),
            plain.bill(),
            plain.timing(),
            plain.outcome(),
            plain.traceId(),
            "a secret plan");
    try (JournalingWriter writer = start("drain_timeout: 1ms", JournalingWriterTest::away)) {
      writer.offer(told);
    }
    assertThat(journalText()).contains("a secret plan");
    try (JournalingWriter writer = start("")) {
      assertThat(writer.catchUp(LONG)).isTrue();
    }
    assertThat(journalText()).isEmpty();
  }

  private String journalText() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.list(dataDir.resolve("ledger").resolve("journal"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".journal")).toList()) {
        text.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return text.toString();
  }

  private static final SpendQuery ACME =
      new SpendQuery("acme", UsageQuery.By.TENANT, "acme", LocalDate.parse("2026-11-20"));

  @Test
  void spending_isKnownAtOnce_whileAnEarlierProcessesRowsStillWait() throws Exception {
    try (JournalingWriter writer =
        start("queue: 20000, drain_timeout: 1ms", JournalingWriterTest::away)) {
      offer(writer, 5000);
      assertThat(writer.spent(ACME, Duration.ofMillis(20))).as("no database").isEmpty();
    }
    ledger.pauseNanos = 20_000_000;
    try (JournalingWriter writer = start("batch: 10, import_share: 0.01")) {
      await().atMost(LONG).until(() -> writer.spent(ACME, LONG).isPresent());
      for (int i = 1; i <= 20; i++) {
        offer(writer, 10);
        assertThat(total(writer)).isEqualTo(5_000_000 + 10_000L * i);
      }
      assertThat(writer.waiting()).as("the import is not over").isPositive();
      ledger.pauseNanos = 0;
      assertThat(writer.catchUp(LONG)).isTrue();
      assertThat(total(writer)).isEqualTo(5_200_000);
      assertThat(ledger.spent.get()).isEqualTo(5_200_000);
    }
  }

  private static long total(JournalingWriter writer) {
    return writer.spent(ACME, LONG).orElseThrow().total();
  }

  @Test
  void spending_isUnknown_whileTheDatabaseHangs() throws Exception {
    ledger.stuck = new CountDownLatch(1);
    try (JournalingWriter writer = start("flush_interval: 1ms")) {
      offer(writer, 1);
      await().atMost(LONG).until(() -> ledger.writing.get() == 1);
      assertThat(writer.spent(ACME, Duration.ofMillis(20))).isEmpty();
      ledger.stuck.countDown();
      assertThat(total(writer)).isEqualTo(1000);
    }
  }

  @Test
  void spending_isNeverOff_whileRowsMoveIntoTheDatabase() throws Exception {
    LedgerConfig config = Configs.ledger("batch: 20, flush_interval: 1ms");
    try (JournalingWriter writer =
        start("batch: 20, flush_interval: 1ms", () -> JdbcLedger.open(config, dataDir))) {
      await().atMost(LONG).until(() -> writer.spent(ACME, LONG).isPresent());
      for (int i = 1; i <= 100; i++) {
        offer(writer, 30);
        assertThat(total(writer)).isEqualTo(30_000L * i);
      }
    }
  }

  @Test
  void rowsAreNotWrittenAgain_whenTheProcessDiedBeforeItSaidSo() throws Exception {
    LedgerConfig config = Configs.ledger("batch: 100");
    LocalDate later = LocalDate.parse("2026-12-24");
    UsageQuery all =
        new UsageQuery(
            NOON.minusSeconds(90_000), NOON.plusSeconds(90_000), UsageQuery.By.DAY, null);
    Path copy = dataDir.resolve("copy");
    try (Ledger database = JdbcLedger.open(config, dataDir);
        Journal<LedgerRow> dead = LedgerJournal.open(config, dataDir)) {
      assertThat(dead.append(Stream.generate(() -> row().build()).limit(300).toList()))
          .isEqualTo(300);
      Chunk<LedgerRow> chunk = dead.next(100);
      database.write(chunk.records(), new JournalPlace(dead.name(), chunk.end()));
      copyJournal(copy);
      assertThat(database.rollUp(later, LocalDate.EPOCH)).isEqualTo(100);
      assertThat(LedgerJournal.carry(config, copy, database)).isEqualTo(200);
      assertThat(database.report(all).total().requests()).isEqualTo(300);
      assertThat(database.report(all).total().costNanoUsd()).isEqualTo(300_000);
    }
  }

  private void copyJournal(Path to) throws IOException {
    Path target = Files.createDirectories(to.resolve("ledger").resolve("journal"));
    try (Stream<Path> files = Files.list(dataDir.resolve("ledger").resolve("journal"))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void carry_bringsWhatAGatewayHasLeft() throws Exception {
    Set<String> ids;
    try (JournalingWriter writer = start("drain_timeout: 1ms", JournalingWriterTest::away)) {
      ids = offer(writer, 700);
    }
    LedgerConfig config = Configs.ledger("");
    assertThat(LedgerJournal.carry(config, dataDir, ledger)).isEqualTo(700);
    assertThat(ledger.ids).isEqualTo(ids);
    assertThat(LedgerJournal.carry(config, dataDir, ledger)).isZero();
    assertThat(LedgerJournal.carry(config, dataDir.resolve("none"), ledger)).isZero();
    assertThat(dataDir.resolve("none")).doesNotExist();
    assertThat(List.copyOf(ledger.batches)).allMatch(size -> size <= 500);
  }
}
