package dev.fairlead.gateway.ledger;

import static dev.fairlead.gateway.ledger.LedgerRows.NOON;
import static dev.fairlead.gateway.ledger.LedgerRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresLedgerTest extends LedgerContract {

  private static PostgresServer postgres;

  private String url = "";

  @BeforeAll
  static void startServer() {
    postgres = PostgresServer.start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    postgres.close();
  }

  @Override
  @BeforeEach
  void openLedger() {
    url = postgres.newDatabase();
    super.openLedger();
  }

  @Override
  Ledger open() {
    return JdbcLedger.open(Configs.ledger("url: \"" + url + "\""), Path.of("unused"));
  }

  @Test
  void rows_areWrittenOnce_whenTheServerDiesInBetween() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    LedgerConfig config =
        Configs.ledger("url: \"" + url + "\", flush_interval: 5ms, batch: 7, drain_timeout: 60s");
    try (LedgerWriter writer =
        LedgerWriter.start(config, registry, () -> JdbcLedger.open(config, Path.of("unused")))) {
      for (int i = 0; i < 300; i++) {
        writer.offer(row().build());
        if (i == 100) {
          await().atMost(Duration.ofSeconds(30)).until(() -> writer.waiting() < 50);
          postgres.crash();
        }
      }
      postgres.resume();
    }
    assertThat(registry.counter("llm.router.ledger.dropped", "reason", "full").count()).isZero();
    UsageQuery query =
        new UsageQuery(NOON.minusSeconds(60), NOON.plusSeconds(60), UsageQuery.By.DAY, null);
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(ledger.report(query).total().requests()).isEqualTo(300));
  }

  @Test
  void rowsOfTwoGateways_areThereOnce_whenTheServerDiesInBetween(@TempDir Path home)
      throws Exception {
    LedgerConfig config =
        Configs.ledger("url: \"" + url + "\", flush_interval: 5ms, batch: 7, drain_timeout: 60s");
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (JournalingWriter one = journaling(config, home.resolve("one"), registry);
        JournalingWriter other = journaling(config, home.resolve("other"), registry)) {
      for (int i = 0; i < 300; i++) {
        one.offer(row().build());
        other.offer(row().build());
        if (i == 100) {
          await().atMost(Duration.ofSeconds(30)).until(() -> one.waiting() < 90);
          postgres.crash();
        }
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> one.inMemory() == 0 && other.inMemory() == 0);
      postgres.resume();
    }
    UsageQuery query =
        new UsageQuery(NOON.minusSeconds(60), NOON.plusSeconds(60), UsageQuery.By.DAY, null);
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(ledger.report(query).total().requests()).isEqualTo(600));
  }

  private static JournalingWriter journaling(
      LedgerConfig config, Path dataDir, SimpleMeterRegistry registry) throws IOException {
    return JournalingWriter.start(
        config,
        LedgerJournal.open(config, dataDir),
        registry,
        () -> JdbcLedger.open(config, dataDir));
  }
}
