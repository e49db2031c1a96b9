package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.redis.FreePort;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.JavaProcess;
import dev.fairlead.standalone.deployment.SpanCollector;
import dev.fairlead.standalone.deployment.Vendor;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** H6: a gateway that is killed under load has a row for what it had answered. */
class LedgerKillIT {

  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String ADMIN = "admin-token-of-the-test";
  private static final int CLIENTS = 6;

  /** 12 prompt tokens at 0.10 USD a million, and 5 completion tokens at 0.20. */
  private static final BigDecimal USD_EACH = new BigDecimal("0.0000022");

  /** How old a row is that must be on disk; the journal needs milliseconds, a busy machine more. */
  private static final long OLD_NANOS = Duration.ofSeconds(2).toNanos();

  @TempDir private Path folder;
  private final Vendor vendor = new Vendor();
  private final SpanCollector spans = new SpanCollector();
  private final int port = FreePort.any();
  private final GatewayClient client = new GatewayClient(port);
  private JavaProcess gateway;

  @BeforeEach
  void start() throws Exception {
    configure("flush_interval: 1h");
    gateway =
        JavaProcess.start(
            "dev.fairlead.standalone.Main",
            List.of("-ea", "-Xmx512m", "-XX:TieredStopAtLevel=1"),
            Map.of(
                "FAIRLEAD_CONFIG",
                folder.resolve("fairlead.yaml").toString(),
                "PORT",
                Integer.toString(port),
                "FAIRLEAD_DATA_DIR",
                folder.resolve("data").toString(),
                "ADMIN_TOKEN",
                ADMIN),
            folder.resolve("log"));
    Deployment.awaitReady(client, gateway::output);
  }

  @AfterEach
  void stop() {
    gateway.close();
    client.close();
    vendor.close();
    spans.close();
  }

  private void configure(String ledger) throws Exception {
    Files.writeString(
        folder.resolve("fairlead.yaml"),
        Deployment.yaml(
            vendor,
            spans,
            "server: { grpc_port: -1 }\nstandalone: { warm_up: 0s }\nledger: { " + ledger + " }"));
  }

  @Test
  void h6_rowsAreTheUpstreamsOwnLedger_afterAKillUnderLoad() throws Exception {
    askMany("settled", 300);
    await()
        .atMost(LONG)
        .during(Duration.ofSeconds(1))
        .until(() -> metric("llm_router_ledger_waiting") == 300);
    long early = loadUntilKilled("first");

    configure("flush_interval: 100ms, batch: 20");
    gateway.restart();
    Deployment.awaitReady(client, gateway::output);
    long earlySecond = loadUntilKilled("second");

    gateway.restart();
    Deployment.awaitReady(client, gateway::output);
    await().atMost(LONG).until(() -> report().path("not_imported").asLong() == 0);
    JsonNode report = report();
    assertThat(requests(report, "settled")).isEqualTo(300);
    assertThat(requests(report, "first")).isBetween(early, (long) vendor.received("first").size());
    assertThat(requests(report, "second"))
        .isBetween(earlySecond, (long) vendor.received("second").size());
    for (JsonNode line : report.path("lines")) {
      assertThat(line.path("cost_usd").decimalValue())
          .isEqualByComparingTo(USD_EACH.multiply(line.path("requests").decimalValue()));
    }
    assertThat(metric("llm_router_ledger_dropped_total{reason=\"full\"}")).isZero();
  }

  private void askMany(String tag, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(ask(tag, i).status()).isEqualTo(200);
    }
  }

  private Answer ask(String tag, int number) {
    return client.post(
        "/v1/chat/completions",
        "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\""
            + tag
            + " number "
            + number
            + "\"}]}",
        "Cache-Control",
        "no-store",
        "X-Fairlead-Tags",
        tag);
  }

  /** Kills in the middle; how many answers had come a while before. */
  private long loadUntilKilled(String tag) throws Exception {
    ConcurrentLinkedQueue<Long> answered = new ConcurrentLinkedQueue<>();
    AtomicBoolean killed = new AtomicBoolean();
    CountDownLatch enough = new CountDownLatch(500);
    long killedAt;
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      for (int i = 0; i < CLIENTS; i++) {
        int first = i * 1_000_000;
        clients.execute(() -> {
          for (int number = first; !killed.get(); number++) {
            try {
              ask(tag, number);
            } catch (AssertionError e) {
              return;
            }
            answered.add(System.nanoTime());
            enough.countDown();
          }
        });
      }
      assertThat(enough.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      await()
          .atMost(LONG)
          .until(() -> System.nanoTime() - answered.element() > OLD_NANOS + OLD_NANOS / 2);
      killedAt = System.nanoTime();
      gateway.kill();
      killed.set(true);
    }
    long early = answered.stream().filter(time -> killedAt - time > OLD_NANOS).count();
    assertThat(early).isPositive();
    return early;
  }

  private static long requests(JsonNode report, String tag) {
    for (JsonNode line : report.path("lines")) {
      if (line.path("name").asText().equals(tag)) {
        return line.path("requests").asLong();
      }
    }
    return 0;
  }

  private JsonNode report() throws Exception {
    Answer answer =
        client.get("/v1/admin/usage?period=1d&by=tag", "Authorization", "Bearer " + ADMIN);
    return answer.status() == 200
        ? new ObjectMapper().readTree(answer.body())
        : new ObjectMapper().readTree("{\"not_imported\": 1}");
  }

  private double metric(String name) {
    return client
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElse(-1);
  }
}
