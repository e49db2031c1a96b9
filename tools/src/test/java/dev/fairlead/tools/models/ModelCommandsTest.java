package dev.fairlead.tools.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import dev.fairlead.catalog.pricelist.PriceLists;
import dev.fairlead.onnx.decoder.TextDecoder;
import dev.fairlead.tools.Fairlead;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ModelCommandsTest {

  private static final String KEY = "sk-canary-1234567890";

  @TempDir private Path folder = Path.of(".");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine command = Fairlead.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private JsonNode validated(int code, String yaml, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("validate-models", "--json", "--config", file("fairlead.yaml", yaml)));
    arguments.addAll(List.of(more));
    assertThat(run(arguments.toArray(String[]::new))).as(out.toString()).isEqualTo(code);
    JsonNode root = new JsonMapper().readTree(out.toString());
    assertThat(root.path("ok").booleanValue()).isEqualTo(code == 0);
    return root.path("checks");
  }

  private static String result(JsonNode checks, String subject, String check) {
    for (JsonNode node : checks) {
      if (node.path("subject").asText().equals(subject)
          && node.path("check").asText().equals(check)) {
        return node.path("result").asText() + ": " + node.path("detail").asText();
      }
    }
    return "none";
  }

  @Test
  void everyModelOfAGoodConfiguration_isAskedAndFound() throws IOException {
    JsonNode checks =
        validated(
            0,
            """
            providers: { mock: { kind: mock, mean_latency_ms: 1, p95_latency_ms: 2 } }
            models:
              - { id: one, provider: mock, price: { input: 1, output: 2 }, context_window: 1000,
                  max_output_tokens: 100 }
            """);

    assertThat(result(checks, "one", "provider")).isEqualTo("ok: mock (mock), as one");
    assertThat(result(checks, "one", "price")).isEqualTo("ok: 1 in, 2 out, 1 cached USD a million");
    assertThat(result(checks, "one", "context window"))
        .isEqualTo("ok: 1000 tokens, answers up to 100");
    assertThat(result(checks, "one", "probe")).startsWith("ok: answered in ");
    assertThat(result(checks, "encoder", "load")).startsWith("ok: all-MiniLM-L6-v2, 384");
    assertThat(result(checks, "complexity head", "probe")).startsWith("ok: complexity 0.");
  }

  @Test
  void whatMustNotBeReliedOn_fails() throws IOException {
    JsonNode checks =
        validated(
            1,
            """
            providers:
              broken: { kind: mock, error_rate: 1, mean_latency_ms: 1, p95_latency_ms: 2 }
              openai: { kind: openai, base_url: "http://127.0.0.1:9/v1", api_key: %s }
            models:
              - { id: fails, provider: broken, price: { input: 1 } }
              - { id: unheard-of, provider: openai, context_window: 10, max_output_tokens: 11 }
            """
                .formatted(KEY));

    assertThat(result(checks, "fails", "probe")).startsWith("fail: UNAVAILABLE");
    assertThat(result(checks, "fails", "context window")).startsWith("warn: not known");
    assertThat(result(checks, "unheard-of", "price")).startsWith("fail: not known");
    assertThat(result(checks, "unheard-of", "context window")).startsWith("fail: 10 tokens");
    assertThat(result(checks, "unheard-of", "probe"))
        .as("it would cost money")
        .startsWith("skipped: ");
    assertThat(out.toString()).doesNotContain(KEY);
  }

  @Test
  void remoteModel_isAskedForOneToken_whenProbed() throws IOException {
    List<String> bodies = new ArrayList<>();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] answer =
              ("{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":"
                   + "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"OK\"},"
                   + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,"
                   + "\"completion_tokens\":1,\"total_tokens\":10}}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("content-type", "application/json");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      JsonNode checks =
          validated(
              0,
              """
              providers: { lab: { kind: openai, base_url: "http://127.0.0.1:%d/v1", protocol: http1 } }
              models:
                - { id: m, provider: lab, price: { input: 1 }, context_window: 9 }
              """
                  .formatted(server.getAddress().getPort()),
              "--probe");

      assertThat(result(checks, "m", "probe")).endsWith("9 + 1 tokens");
      assertThat(bodies).hasSize(1);
      assertThat(bodies.getFirst()).containsPattern("\"max_(completion_)?tokens\":1[,}]");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void localDecoder_isLoadedComparedAndAsked() throws IOException {
    String sha256 = TextDecoder.sha256(null);
    JsonNode checks =
        validated(
            0,
            """
            providers: { here: { kind: onnx, model_path: shipped, sha256: "%s" } }
            """
                .formatted(sha256));

    assertThat(result(checks, "provider here", "decoder"))
        .isEqualTo(
            "ok: 3 layers with keys and values of 4 x 32, vocabulary 768, context 256, ChatML,"
                + " SHA-256 "
                + sha256
                + ", as configured");
    assertThat(result(checks, "fairlead-decoder", "price")).startsWith("ok: 0 in, 0 out");
    assertThat(result(checks, "fairlead-decoder", "context window")).startsWith("ok: 256 tokens");
    assertThat(result(checks, "fairlead-decoder", "probe")).startsWith("ok: ").endsWith("1 tokens");
  }

  @Test
  void localDecoder_failsByName_whileOthersAreChecked() throws IOException {
    Path broken = Files.createDirectory(folder.resolve("broken"));
    Files.writeString(broken.resolve("model.onnx"), "not a model");
    JsonNode checks =
        validated(
            1,
            """
            providers:
              good: { kind: onnx, model_path: shipped }
              other: { kind: onnx, model_path: shipped, sha256: "%s" }
              broken: { kind: onnx, model_path: "%s" }
              gone: { kind: onnx, model_path: "%s/gone" }
            """
                .formatted("0".repeat(64), broken, folder));

    assertThat(result(checks, "provider good", "decoder")).startsWith("ok: ");
    assertThat(result(checks, "provider other", "decoder")).startsWith("fail: SHA-256 ");
    assertThat(result(checks, "provider broken", "decoder"))
        .startsWith("fail: ")
        .contains("cannot load it");
    assertThat(result(checks, "provider gone", "decoder")).contains("no decoder (expected one of");
    assertThat(result(checks, "configuration", "read")).startsWith("fail: ");
  }

  @Test
  void damagedModelFile_fails() throws IOException {
    Files.writeString(folder.resolve("complexity-head.onnx"), "not a model");
    Files.writeString(folder.resolve("complexity-head.json"), "{}");
    JsonNode checks =
        validated(
            1,
            """
            providers: { mock: { kind: mock, mean_latency_ms: 1, p95_latency_ms: 2 } }
            scorer: { head_path: "%s" }
            """
                .formatted(folder));

    assertThat(result(checks, "scorer", "load")).startsWith("fail: ").contains("complexity-head");
  }

  @Test
  void unusableConfiguration_failsWithoutItsSecrets() throws IOException {
    JsonNode checks =
        validated(
            1,
            """
            providers: { openai: { kind: openai, api_kee: %s } }
            """
                .formatted(KEY));

    assertThat(result(checks, "configuration", "read")).contains("api_kee", "api_key");
    assertThat(out.toString()).doesNotContain(KEY);
    assertThat(run("validate-models", "--config", folder.resolve("none.yaml").toString()))
        .isEqualTo(1);
  }

  @Test
  void table_isForPeople() throws IOException {
    String config =
        file(
            "fairlead.yaml",
            "providers: { mock: { kind: mock, mean_latency_ms: 1, p95_latency_ms: 2 } }");

    assertThat(run("validate-models", "--config", config)).isZero();
    assertThat(out.toString())
        .startsWith("MODEL ")
        .contains("mock-cheap ", " 0 failed")
        .doesNotContain("{");
  }

  @Test
  void knownModels_areListed() {
    assertThat(run("models", "--vendor", "anthropic")).isZero();
    assertThat(out.toString())
        .contains("claude-haiku-5-5", "0.5/2.5 above 100000", "1000000")
        .doesNotContain("gpt-");
    assertThat(run("models", "--vendor", "nobody")).isEqualTo(2);
    assertThat(err.toString()).contains("--vendor: nobody (expected one of: openai");
  }

  @Test
  void importedList_isReadBackAsItWas() throws IOException {
    String list =
        file(
            "litellm.json",
            """
            { "groq/a:b #c": { "litellm_provider": "groq", "mode": "chat",
                "input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07,
                "input_cost_per_token_above_128k_tokens": 3e-07,
                "input_cost_per_token_flex": 1e-07, "max_input_tokens": 200000,
                "supports_vision": true },
              "z": { "litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06 },
              "p": { "litellm_provider": "openai", "mode": "image_generation" } }
            """);
    Path all = folder.resolve("all.yaml");
    Path some = folder.resolve("some.yaml");

    assertThat(run("models", "import", list, "--out", all.toString())).isZero();
    assertThat(run("models", "import", list, "--vendor", "groq", "--out", some.toString()))
        .isZero();

    assertThat(out.toString())
        .contains("2 models written to " + all, "1 models written to " + some)
        .contains("left out of 1 models: prices of kind _flex");
    var read = PriceLists.file(all).table();
    var original = PriceLists.file(Path.of(list)).table();
    assertThat(read.size()).isEqualTo(2);
    assertThat(Objects.requireNonNull(read.find("groq", "a:b #c").orElseThrow().price()).toPrice())
        .isEqualTo(
            Objects.requireNonNull(original.find("groq", "a:b #c").orElseThrow().price())
                .toPrice());
    assertThat(PriceLists.file(some).table().vendors()).containsExactly("groq");
  }

  @Test
  void import_saysWhatIsWrong() throws IOException {
    String bad = file("bad.json", "<html>");

    assertThat(run("models", "import", bad, "--out", folder.resolve("o").toString())).isEqualTo(1);
    assertThat(run("models", "import", "http://127.0.0.1:9/x", "--out", "o")).isEqualTo(1);
    assertThat(err.toString())
        .contains("bad.json: a text (expected: a mapping of sections)")
        .contains("http://127.0.0.1:9/x: cannot be fetched");
    assertThat(folder.resolve("o")).doesNotExist();
  }
}
