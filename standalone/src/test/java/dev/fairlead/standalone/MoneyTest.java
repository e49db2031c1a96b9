package dev.fairlead.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.ScriptedVendor;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, budgets, alerts and the ledger through all services, by their public endpoints alone. */
class MoneyTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String ADMIN = "admin-token-of-the-test";
  private static final String SECRET = "secret of the webhook";
  private static final ScriptedVendor VENDOR = new ScriptedVendor();

  /** Costs 17 micro-dollars: 12 and 5 tokens at 1 USD a million. */
  private static final String ANSWER =
      """
      {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":
      {"role":"assistant","content":"Hello there, my friend"},"finish_reason":"stop"}],
      "usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17}}
      """;

  private record Delivery(String body, String signature) {}

  private static final List<Delivery> DELIVERIES = new CopyOnWriteArrayList<>();
  private static final AtomicInteger REFUSALS = new AtomicInteger(2);
  private static HttpServer receiver;
  private static Standalone standalone;
  private static GatewayClient client;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/alerts", MoneyTest::receive);
    receiver.start();
    VENDOR.when("answer", new ScriptedVendor.Reply(200, "", ANSWER));
    String yaml =
        """
        server: { port: 0, grpc_port: -1 }
        security: { admin_token: %s }
        providers:
          openai: { kind: openai, base_url: "%s/v1", api_key: sk-canary }
        models:
          - { id: small, provider: openai, upstream: m, tier: cheap, price: { input: 1, output: 1 } }
        alerts: { webhook_url: "http://localhost:%d/alerts", webhook_secret: "%s", webhook_backoff: 20ms }
        """
            .formatted(ADMIN, VENDOR.root(), receiver.getAddress().getPort(), SECRET);
    standalone =
        Standalone.start(
            ConfigSource.parse("money.yaml", yaml, Map.of("FAIRLEAD_DATA_DIR", folder.toString())));
    client = new GatewayClient(standalone.httpPort());
    Deployment.awaitReady(client, () -> "");
    await()
        .atMost(LONG)
        .until(() ->
            client.get("/v1/admin/usage", "Authorization", "Bearer " + ADMIN).status() == 200);
  }

  @AfterAll
  static void stop() {
    client.close();
    standalone.close();
    receiver.stop(0);
    VENDOR.close();
  }

  private static void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      String signature = exchange.getRequestHeaders().getFirst("X-Fairlead-Signature");
      DELIVERIES.add(new Delivery(body, signature));
      boolean refuses = REFUSALS.getAndDecrement() > 0;
      exchange.sendResponseHeaders(refuses ? 500 : 200, -1);
    }
  }

  private static String key(String body) {
    Answer made = client.post("/v1/admin/keys", body, "Authorization", "Bearer " + ADMIN);
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    return made.json().get("key").asText();
  }

  private static Answer ask(String key, String text, String more, String... headers) {
    List<String> all = new java.util.ArrayList<>(List.of(headers));
    all.addAll(List.of("Authorization", "Bearer " + key, "Cache-Control", "no-store"));
    return client.post(
        "/v1/chat/completions",
        "{\"model\":\"small\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"[[answer]]"
            + " "
            + text
            + "\"}]"
            + more
            + "}",
        all.toArray(String[]::new));
  }

  private static JsonNode usage(String by) {
    Answer report =
        client.get("/v1/admin/usage?period=1d&by=" + by, "Authorization", "Bearer " + ADMIN);
    assertThat(report.status()).as(report.body()).isEqualTo(200);
    return report.json();
  }

  private static Map<String, Integer> requests(JsonNode report) {
    Map<String, Integer> counts = new TreeMap<>();
    report
        .get("lines")
        .forEach(line -> counts.put(line.get("name").asText(), line.get("requests").asInt()));
    return counts;
  }

  @Test
  void tagsOfKeyHeaderAndBody_areInTheLedger() {
    String key = key("{\"tenant\":\"tagged\",\"tags\":[\"of-key\"]}");
    assertThat(ask(key, "one", "").status()).isEqualTo(200);
    assertThat(ask(key, "two", "", "X-Fairlead-Tags", "of-header, second").status()).isEqualTo(200);
    assertThat(ask(key, "three", ",\"fairlead\":{\"tags\":[\"of-body\"]}").status()).isEqualTo(200);
    await()
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(requests(usage("tag")))
                .containsEntry("of-key", 3)
                .containsEntry("of-header", 1)
                .containsEntry("second", 1)
                .containsEntry("of-body", 1));
    assertThat(VENDOR.received("[[answer]] three").getFirst()).doesNotContain("of-body");
  }

  @Test
  void budget_isToldByWebhook_signedAndTriedAgain_andThenSpent() throws Exception {
    String key = key("{\"tenant\":\"thrifty\",\"budget_total_usd\":0.00005}");
    for (int i = 0; i < 3; i++) {
      Answer answer = ask(key, "number " + i, "");
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }
    await().atMost(LONG).until(() -> DELIVERIES.size() == 5);
    assertThat(DELIVERIES.subList(0, 3).stream().map(Delivery::body).distinct()).hasSize(1);
    for (Delivery delivery : DELIVERIES) {
      assertSigned(delivery);
    }
    List<JsonNode> told =
        DELIVERIES.subList(2, 5).stream().map(delivery -> VENDOR.json(delivery.body())).toList();
    for (int i = 0; i < 3; i++) {
      JsonNode alert = told.get(i);
      assertThat(alert.get("kind").asText()).isEqualTo("budget");
      assertThat(alert.get("subject").asText()).startsWith("key key_");
      assertThat(alert.get("message").asText())
          .contains("total budget is spent to " + List.of(50, 80, 100).get(i) + " %");
      assertThat(Instant.parse(alert.get("time").asText()))
          .isBetween(Instant.now().minus(LONG), Instant.now());
    }
    Answer refused = ask(key, "too much", "");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.json().at("/error/code").asText()).isEqualTo("insufficient_quota");
    String metrics = client.get("/metrics").body();
    assertThat(metrics).contains("llm_router_alerts_total{kind=\"budget\"} 3.0");
    await()
        .atMost(LONG)
        .untilAsserted(() -> {
          for (JsonNode line : usage("tenant").get("lines")) {
            if (line.get("name").asText().equals("thrifty")) {
              assertThat(line.get("cost_usd").decimalValue())
                  .isEqualByComparingTo(new BigDecimal("0.000051"));
              return;
            }
          }
          throw new AssertionError("no line of the tenant");
        });
  }

  /** As a receiver would: over the time and the bytes that came. */
  private static void assertSigned(Delivery delivery) throws Exception {
    assertThat(delivery.signature()).matches("t=\\d+,v1=[0-9a-f]{64}");
    String time = delivery.signature().substring(2, delivery.signature().indexOf(','));
    assertThat(Long.parseLong(time))
        .isBetween(Instant.now().minus(LONG).getEpochSecond(), Instant.now().getEpochSecond());
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    byte[] expected = mac.doFinal((time + "." + delivery.body()).getBytes(UTF_8));
    assertThat(delivery.signature()).endsWith(HexFormat.of().formatHex(expected));
  }
}
