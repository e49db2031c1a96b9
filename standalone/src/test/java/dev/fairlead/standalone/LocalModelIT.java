package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code LOCAL_MODEL_PATH} and nothing else: answers without a vendor, in every dialect. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocalModelIT {

  private static final String MODEL = "fairlead-decoder";
  private static final String ANSWER = "The capital of Norway is Oslo.";

  private Standalone standalone;
  private GatewayClient client;

  private static Standalone start(Path folder, String model) {
    String yaml =
        "server: { port: 0, grpc_port: 0, data_dir: \"%s\" }\ncache: { semantic: false }\n"
            .formatted(folder);
    return Standalone.start(
        ConfigSource.parse("local.yaml", yaml, Map.of("LOCAL_MODEL_PATH", model)));
  }

  @BeforeAll
  void start(@TempDir Path folder) {
    standalone = start(folder, "shipped");
    client = new GatewayClient(standalone.httpPort());
    Deployment.awaitReady(client, () -> "");
  }

  @AfterAll
  void stop() {
    client.close();
    standalone.close();
  }

  private static String chat(String model, String question, String more) {
    return """
    {"model": "%s", "messages": [{"role": "user", "content": "%s"}]%s}
    """
        .formatted(model, question, more);
  }

  private Answer ask(String body) {
    return client.post("/v1/chat/completions", body, "cache-control", "no-store");
  }

  @Test
  void chat_isAnsweredWhole() {
    Answer answer = ask(chat("auto", "What is the capital of Norway?", ""));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo(ANSWER);
    assertThat(answer.header("X-Model-Used")).isEqualTo(MODEL);
    assertThat(answer.header("X-Query-Cost")).isEqualTo("0");
    assertThat(answer.json().at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(answer.json().at("/usage/completion_tokens").asInt()).isBetween(5, 20);
  }

  @Test
  void chat_isAnsweredInPieces() {
    Answer answer =
        ask(
            chat(
                MODEL,
                "What is the capital of Norway?",
                ", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));

    assertThat(answer.streamedText()).isEqualTo(ANSWER);
    assertThat(answer.events()).hasSizeGreaterThan(5);
    assertThat(answer.events().getLast().at("/usage/completion_tokens").asInt()).isBetween(5, 20);
    assertThat(answer.data().getLast()).isEqualTo("[DONE]");
  }

  @Test
  void otherDialects_areAnsweredToo() {
    String message =
        """
        {"model": "fairlead-decoder", "max_tokens": 40,
         "messages": [{"role": "user", "content": "What is the capital of Norway?"}]}
        """;
    assertThat(client.post("/v1/messages", message).json().at("/content/0/text").asText())
        .isEqualTo(ANSWER);
    String responses = "{\"model\": \"fairlead-decoder\", \"input\": \"Where is Oslo?\"}";
    assertThat(client.post("/v1/responses", responses).body()).contains("Oslo is in Norway.");
  }

  @Test
  void answerEndsAtItsBound_andAPromptThatIsTooLongIsRefused() {
    Answer cut = ask(chat(MODEL, "What is Fairlead?", ", \"max_tokens\": 3"));
    assertThat(cut.json().at("/choices/0/finish_reason").asText()).isEqualTo("length");
    assertThat(cut.json().at("/usage/completion_tokens").asInt()).isEqualTo(3);

    Answer refused = ask(chat(MODEL, "word ".repeat(600), ""));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().at("/error/code").asText()).isEqualTo("context_length_exceeded");
  }

  @Test
  void sampling_isReproducible_withASeed() {
    String sampled = ", \"temperature\": 2, \"top_p\": 0.99, \"max_tokens\": 30, \"seed\": ";
    String first = ask(chat(MODEL, "Tell me a story", sampled + 5)).text();

    assertThat(ask(chat(MODEL, "Tell me a story", sampled + 5)).text()).isEqualTo(first);
    assertThat(ask(chat(MODEL, "Tell me a story", sampled + 6)).text()).isNotEqualTo(first);
  }

  @Test
  void manyAtOnce_eachHasItsOwnAnswer() {
    List<String> cities = List.of("Oslo", "Paris", "Rome", "Lima", "Tokyo", "Cairo", "Vienna");
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (String city : cities) {
      answers.add(
          client.postAsync(
              "/v1/chat/completions",
              chat(MODEL, "Where is " + city + "?", ""),
              "cache-control",
              "no-store"));
    }
    for (int i = 0; i < cities.size(); i++) {
      assertThat(answers.get(i).join().text()).startsWith(cities.get(i) + " is in ");
    }
  }

  @Test
  void start_isRefused_whenThereIsNoModel(@TempDir Path folder) throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> start(folder, empty.toString()).close())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("providers.local.model_path")
        .hasMessageContaining("expected one of: model.onnx");
  }
}
