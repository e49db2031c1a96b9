package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.features.PromptFeatures;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code POST /v1/route} makes of prompts that nobody trained for, with the real scorer. */
class RouteInputTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private static Path folder;
  private static Standalone gateway;
  private static GatewayClient client;

  /** A window that 1 MB of text fits into. */
  private static final String CONFIG =
      """
      server: { bind: "127.0.0.1", port: 0, grpc_port: -1, data_dir: "%s" }
      scorer: { encoder_path: "%s" }
      providers: { mock: { kind: mock, mean_latency_ms: 5, p95_latency_ms: 5 } }
      models:
        - { id: small, provider: mock, tier: cheap, price: { input: 1, output: 1 }, context_window: 9000000 }
        - { id: large, provider: mock, tier: quality, price: { input: 2, output: 2 }, context_window: 9000000 }
      """;

  private static ConfigSource config(String encoder) {
    return ConfigSource.parse(
        "test", CONFIG.formatted(folder, encoder), Map.of("LOG_LEVEL", "ERROR"));
  }

  @BeforeAll
  static void start() {
    gateway = Standalone.start(config(""));
    client = new GatewayClient(gateway.httpPort());
    await().atMost(Duration.ofSeconds(60)).until(gateway::ready);
  }

  @AfterAll
  static void stop() {
    client.close();
    gateway.close();
  }

  private static Answer route(String prompt) throws IOException {
    return client.post(
        "/v1/route", JSON.writeValueAsBytes(JSON.createObjectNode().put("prompt", prompt)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Объясни, почему небо голубое.",
        "请解释量子纠缠，并举一个例子。",
        "اشرح نظرية فيثاغورس خطوة بخطوة",
        "यह समझाइए कि वर्षा कैसे होती है",
        "Erkläre den Unterschied zwischen Straße und Weg.",
        "\uD83D\uDE00 \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67"
      })
  void complexity_isGiven_inEveryLanguage(String prompt) throws IOException {
    Answer answer = route(prompt);

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().path("complexity").isNumber()).as(answer.body()).isTrue();
    assertThat(answer.json().path("complexity").asDouble()).isBetween(0.0, 1.0);
    assertThat(answer.json().path("features").fieldNames())
        .toIterable()
        .containsExactlyElementsOf(PromptFeatures.names());
  }

  /** Scored, or routed without a score where the machine was too slow; never an error or a hang. */
  @ParameterizedTest
  @ValueSource(strings = {"a", "\u0301", "\u0000", "[", "x y ", "\uD83D\uDE00"})
  void model_isChosen_whateverIsRepeated(String unit) throws IOException {
    for (int length : new int[] {100_000, 1_000_000}) {
      Answer answer = route(unit.repeat(length / unit.length()));

      JsonNode route = answer.json();
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertThat(route.path("model").asText()).isNotEmpty();
      JsonNode complexity = route.path("complexity");
      assertThat(complexity.isNull() || (complexity.asDouble() >= 0 && complexity.asDouble() <= 1))
          .as(answer.body())
          .isTrue();
    }
  }

  @Test
  void prompt_isRefused_whenItIsEmptyBlankOrNotUtf8() {
    Answer empty = client.post("/v1/route", "{\"prompt\":\"\"}");
    Answer blank = client.post("/v1/route", "{\"prompt\":\"" + "\\n".repeat(100_000) + "\"}");
    byte[] broken = "{\"prompt\":\"?? \"}".getBytes(StandardCharsets.US_ASCII);
    broken[11] = (byte) 0xFF;
    broken[12] = (byte) 0xFE;
    Answer notText = client.post("/v1/route", broken);

    assertThat(empty.status()).as(empty.body()).isEqualTo(400);
    assertThat(blank.status()).as(blank.body()).isEqualTo(400);
    assertThat(blank.body()).hasSizeLessThan(1_000);
    assertThat(notText.status()).as(notText.body()).isEqualTo(400);
    assertThat(empty.json().at("/error/message").asText()).isNotEmpty();
    assertThat(notText.json().at("/error/message").asText()).isNotEmpty();
  }

  @Test
  void start_namesTheFile_whenAModelIsMissingOrDamaged(@TempDir Path models) throws IOException {
    assertThatThrownBy(() -> Standalone.start(config(models.toString())).close())
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("model.onnx");
    Files.writeString(models.resolve("model.onnx"), "not a model");
    Files.writeString(models.resolve("tokenizer.json"), "{}");
    assertThatThrownBy(() -> Standalone.start(config(models.toString())).close())
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("tokenizer.json");
  }
}
