package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.ObedientVendor;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stream that would cost more than its key may still spend ends with what the money pays for, in
 * the client's dialect, through all services; what was billed, what is told and the ledger agree.
 */
class ClampedStreamTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String ADMIN = "admin-token-of-the-test";

  /** Pays for 150 tokens: either kind costs a micro-dollar. */
  private static final int PAID_TOKENS = 150;

  private static final BigDecimal TOKEN_USD = new BigDecimal("0.000001");
  private static ObedientVendor vendor;
  private static Standalone standalone;
  private static GatewayClient client;

  @BeforeAll
  static void start(@TempDir Path folder) {
    vendor = new ObedientVendor();
    String yaml =
        """
        server: { port: 0, grpc_port: -1 }
        security: { admin_token: %s }
        providers:
          openai: { kind: openai, base_url: "%s/v1", api_key: sk-canary }
          claude: { kind: anthropic, base_url: "%s", api_key: sk-canary }
        models:
          - { id: small, provider: openai, upstream: small-up, tier: cheap, price: { input: 1, output: 1 } }
          - { id: other, provider: claude, upstream: other-up, tier: quality, price: { input: 1, output: 1 } }
        """
            .formatted(ADMIN, vendor.root(), vendor.root());
    standalone =
        Standalone.start(
            ConfigSource.parse(
                "clamped.yaml", yaml, Map.of("FAIRLEAD_DATA_DIR", folder.toString())));
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
    vendor.close();
  }

  private record Made(String key, String id) {}

  private static Made key() {
    Answer made =
        client.post(
            "/v1/admin/keys",
            "{\"tenant\":\"thrifty\",\"budget_total_usd\":0.00015}",
            "Authorization",
            "Bearer " + ADMIN);
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    return new Made(made.json().path("key").asText(), made.json().path("id").asText());
  }

  private static Answer chat(Made made, String model) {
    return client.post(
        "/v1/chat/completions",
        "{\"model\":\""
            + model
            + "\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":600,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"tell me all that there is to know of knots at sea\"}]}",
        "Authorization",
        "Bearer " + made.key(),
        "Cache-Control",
        "no-store");
  }

  private static Answer messages(Made made, String model) {
    return client.post(
        "/v1/messages",
        "{\"model\":\""
            + model
            + "\",\"stream\":true,\"max_tokens\":600,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"tell me all that there is to know of knots at sea\"}]}",
        "x-api-key",
        made.key(),
        "anthropic-version",
        "2023-06-01",
        "Cache-Control",
        "no-store");
  }

  /** The vendor was told less than was asked for, and all that it bills is paid for. */
  private static ObedientVendor.Billed clamped() {
    ObedientVendor.Billed billed = vendor.ledger.getLast();
    assertThat(billed.asked()).isBetween(PAID_TOKENS / 2, PAID_TOKENS);
    assertThat(billed.tokens()).isLessThanOrEqualTo(PAID_TOKENS);
    return billed;
  }

  private static void assertInLedger(Made made, ObedientVendor.Billed billed) {
    BigDecimal cost = TOKEN_USD.multiply(BigDecimal.valueOf(billed.tokens()));
    await()
        .atMost(LONG)
        .untilAsserted(() -> {
          JsonNode line = lineOf(made);
          assertThat(line.path("requests").asInt()).isEqualTo(1);
          assertThat(line.path("prompt_tokens").asInt()).isEqualTo(billed.promptTokens());
          assertThat(line.path("completion_tokens").asInt()).isEqualTo(billed.completionTokens());
          assertThat(line.path("cost_usd").decimalValue()).isEqualByComparingTo(cost);
        });
  }

  private static JsonNode lineOf(Made made) {
    Answer report =
        client.get("/v1/admin/usage?period=1d&by=key", "Authorization", "Bearer " + ADMIN);
    assertThat(report.status()).as(report.body()).isEqualTo(200);
    for (JsonNode line : report.json().path("lines")) {
      if (line.path("name").asText().equals(made.id())) {
        return line;
      }
    }
    throw new AssertionError("no line of " + made.id() + " in " + report.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "other"})
  void chatStream_endsWithLength_andItsUsage(String model) {
    Made made = key();
    Answer answer = chat(made, model);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    ObedientVendor.Billed billed = clamped();
    List<JsonNode> events = answer.events();
    assertThat(events)
        .extracting(event -> event.at("/choices/0/finish_reason").asText(""))
        .filteredOn(reason -> !reason.isEmpty() && !reason.equals("null"))
        .containsExactly("length");
    JsonNode last = Objects.requireNonNull(events.getLast());
    assertThat(last.path("choices")).isEmpty();
    assertThat(last.at("/usage/prompt_tokens").asInt()).isEqualTo(billed.promptTokens());
    assertThat(last.at("/usage/completion_tokens").asInt()).isEqualTo(billed.completionTokens());
    assertThat(answer.data().getLast()).isEqualTo("[DONE]");
    assertThat(answer.streamedText()).isEqualTo("word ".repeat(billed.completionTokens()));
    assertInLedger(made, billed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "other"})
  void messagesStream_endsWithMaxTokens_andItsUsage(String model) {
    Made made = key();
    Answer answer = messages(made, model);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    ObedientVendor.Billed billed = clamped();
    List<JsonNode> deltas =
        answer.events().stream()
            .filter(event -> event.path("type").asText().equals("message_delta"))
            .toList();
    assertThat(deltas).hasSize(1);
    JsonNode end = deltas.getFirst();
    assertThat(end.at("/delta/stop_reason").asText()).isEqualTo("max_tokens");
    assertThat(end.at("/usage/output_tokens").asInt()).isEqualTo(billed.completionTokens());
    assertThat(answer.events().getLast().path("type").asText()).isEqualTo("message_stop");
    assertInLedger(made, billed);
  }

  @ParameterizedTest
  @CsvSource({"small", "other"})
  void requests_oneAfterTheOther_neverSpendMoreThanTheBudget(String model) {
    Made made = key();
    int before = vendor.ledger.size();
    int refused = 0;
    for (int i = 0; i < 8; i++) {
      Answer answer = i % 2 == 0 ? chat(made, model) : messages(made, model);
      assertThat(answer.status()).as(answer.body()).isIn(200, 429);
      refused += answer.status() == 429 ? 1 : 0;
    }
    assertThat(refused).isPositive();
    int billed =
        vendor.ledger.subList(before, vendor.ledger.size()).stream()
            .mapToInt(ObedientVendor.Billed::tokens)
            .sum();
    assertThat(billed).isBetween(PAID_TOKENS / 2, PAID_TOKENS);
    await()
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(lineOf(made).path("cost_usd").decimalValue())
                .isEqualByComparingTo(TOKEN_USD.multiply(BigDecimal.valueOf(billed))));
  }

  @Test
  void wholeAnswer_isNotCut_whileThereIsPlenty() {
    Answer made =
        client.post(
            "/v1/admin/keys",
            "{\"tenant\":\"rich\",\"budget_total_usd\":10}",
            "Authorization",
            "Bearer " + ADMIN);
    Answer answer = chat(new Made(made.json().path("key").asText(), ""), "small");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(vendor.ledger.getLast().asked()).isEqualTo(600);
  }
}
