package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.VendorErrors.Row;
import dev.fairlead.standalone.VendorErrors.Seen;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.ScriptedVendor;
import dev.fairlead.standalone.deployment.ScriptedVendor.Reply;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every error of a vendor as every client sees it: what OpenAI, Anthropic, Gemini and Bedrock
 * answer, over all services, told to clients of the chat, legacy, Responses and Messages dialects,
 * whole and streamed.
 */
class VendorErrorsTest {

  private static final String KEY = "sk-canary-of-the-vendor";
  private static final ScriptedVendor VENDOR = new ScriptedVendor();
  private static Standalone standalone;
  private static GatewayClient client;

  @BeforeAll
  static void start() {
    String yaml =
        """
        server: { port: 0, grpc_port: -1 }
        providers:
          openai: { kind: openai, base_url: "%1$s/v1", api_key: "%2$s" }
          anthropic: { kind: anthropic, base_url: "%1$s", api_key: "%2$s" }
          gemini: { kind: gemini, base_url: "%1$s", api_key: "%2$s" }
          bedrock: { kind: bedrock, base_url: "%1$s", region: eu-central-1, access_key_id: AKIATEST,
            secret_access_key: "%2$s" }
        models:
          - { id: openai, provider: openai, upstream: m-openai, price: { input: 1, output: 1 } }
          - { id: anthropic, provider: anthropic, upstream: m-anthropic, price: { input: 1, output: 1 } }
          - { id: gemini, provider: gemini, upstream: m-gemini, price: { input: 1, output: 1 } }
          - { id: bedrock, provider: bedrock, upstream: m-bedrock, price: { input: 1, output: 1 } }
        provider:
          retry: { max_retries: 0 }
          breaker: { window: 5000, minimum_calls: 5000, consecutive_failures: 5000 }
        """
            .formatted(VENDOR.root(), KEY);
    standalone = Standalone.start(ConfigSource.parse("errors.yaml", yaml, Map.of()));
    client = new GatewayClient(standalone.httpPort());
    Deployment.awaitReady(client, () -> "");
  }

  @AfterAll
  static void stop() {
    client.close();
    standalone.close();
    VENDOR.close();
  }

  private static Stream<Arguments> table() {
    return Stream.of(
            OpenAiErrors.rows(), AnthropicErrors.rows(), GeminiErrors.rows(), BedrockErrors.rows())
        .flatMap(rows -> rows)
        .flatMap(row ->
            Stream.of("chat", "completions", "responses", "messages")
                .flatMap(dialect ->
                    Stream.of(
                        Arguments.of(row, dialect, false), Arguments.of(row, dialect, true))));
  }

  private static Answer ask(Row row, String dialect, boolean stream) {
    String prompt = "\"[[" + row.name() + "]]\"";
    String turn = "[{\"role\":\"user\",\"content\":" + prompt + "}]";
    String start = "{\"model\":\"" + row.vendor() + "\",\"stream\":" + stream + ",";
    return switch (dialect) {
      case "chat" -> client.post("/v1/chat/completions", start + "\"messages\":" + turn + "}");
      case "completions" -> client.post("/v1/completions", start + "\"prompt\":" + prompt + "}");
      case "responses" -> client.post("/v1/responses", start + "\"input\":" + prompt + "}");
      default -> client.post("/v1/messages", start + "\"max_tokens\":9,\"messages\":" + turn + "}");
    };
  }

  @ParameterizedTest(name = "{0} for {1}, streamed {2}")
  @MethodSource("table")
  void j2_error_isToldInTheClientsWords(Row row, String dialect, boolean stream) {
    VENDOR.when(row.name(), row.reply());
    boolean anthropic = dialect.equals("messages");
    Seen seen = anthropic ? row.messages() : row.openAi();

    Answer answer = ask(row, dialect, stream);

    assertThat(answer.status()).as(answer.body()).isEqualTo(seen.status());
    assertThat(answer.header("content-type")).startsWith("application/json");
    assertThat(answer.header("retry-after")).isEqualTo(seen.after());
    if (anthropic) {
      anthropicForm(answer, seen);
    } else {
      openAiForm(answer, seen, row.vendor().equals("openai") ? seen.param() : named(seen, dialect));
    }
    boolean quota = row.openAi().equals(VendorErrors.noQuota());
    assertThat(answer.header("x-should-retry")).isEqualTo(quota ? "false" : "");
    assertThat(answer.body())
        .doesNotContain(KEY)
        .doesNotContain("127.0.0.1")
        .doesNotContain("html");
  }

  @ParameterizedTest
  @CsvSource({
    "openai, x-request-id, x-ratelimit-remaining-tokens, /v1/chat/completions",
    "anthropic, request-id, anthropic-ratelimit-unified-status, /v1/messages",
    "anthropic, request-id, anthropic-ratelimit-unified-status, /v1/chat/completions",
    "bedrock, x-amzn-requestid, , /v1/chat/completions",
  })
  void limitsAndRequestIdOfTheVendor_reachTheClient(
      String vendor, String id, @Nullable String limit, String path) {
    String headers =
        id
            + ": up-7\nset-cookie: s=1\nx-api-key: "
            + KEY
            + "\nretry-after: 5\n"
            + (limit == null ? "" : limit + ": 3\n");
    VENDOR.when("limited", new Reply(429, headers, "{\"error\":{\"message\":\"slow\"}}"));
    VENDOR.when("refused", new Reply(400, headers, "{\"error\":{\"message\":\"no\"}}"));
    for (String name : List.of("limited", "refused")) {
      for (boolean stream : new boolean[] {false, true}) {
        Answer answer =
            client.post(
                path,
                ("{\"model\":\"%s\",\"max_tokens\":9,\"stream\":%s,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"[[%s]]\"}]}")
                    .formatted(vendor, stream, name));
        assertThat(answer.status()).isEqualTo(name.equals("limited") ? 429 : 400);
        assertThat(answer.header("x-fairlead-upstream-request-id")).isEqualTo("up-7");
        assertThat(answer.header("x-request-id")).isNotEqualTo("up-7").isNotEmpty();
        if (limit != null) {
          assertThat(answer.header(limit)).isEqualTo("3");
        }
        assertThat(answer.header("retry-after")).isEqualTo(name.equals("limited") ? "5" : "");
        assertThat(answer.header("set-cookie")).isEmpty();
        assertThat(answer.header("x-api-key")).isEmpty();
      }
    }
  }

  /** The prompt is called otherwise in each dialect; OpenAI's own words are not changed. */
  private static String named(Seen seen, String dialect) {
    if (!seen.param().equals("messages")) {
      return seen.param().equals("tools") && dialect.equals("completions") ? "" : seen.param();
    }
    return switch (dialect) {
      case "completions" -> "prompt";
      case "responses" -> "input";
      default -> "messages";
    };
  }

  private static void openAiForm(Answer answer, Seen seen, String param) {
    JsonNode error = answer.json().path("error");
    assertThat(answer.json().has("type")).as(answer.body()).isFalse();
    for (String member : List.of("message", "type", "param", "code")) {
      assertThat(error.has(member)).as(answer.body()).isTrue();
    }
    assertThat(error.path("message").asText()).isNotBlank();
    assertThat(error.path("type").asText()).as(answer.body()).isEqualTo(seen.type());
    assertThat(error.path("code").asText("")).as(answer.body()).isEqualTo(seen.code());
    assertThat(error.path("param").asText("")).as(answer.body()).isEqualTo(param);
  }

  private static void anthropicForm(Answer answer, Seen seen) {
    assertThat(answer.json().path("type").asText()).as(answer.body()).isEqualTo("error");
    assertThat(answer.json().path("request_id").asText()).isNotBlank();
    JsonNode error = answer.json().path("error");
    assertThat(error.path("type").asText()).as(answer.body()).isEqualTo(seen.type());
    assertThat(error.path("message").asText()).isNotBlank();
  }
}
