package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.common.config.ConfigSource;
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

  /** What a client should see; {@code after} is the header in seconds, empty for none. */
  private record Seen(int status, String type, String code, String param, String after) {}

  private record Row(String vendor, String name, Reply reply, Seen openAi, Seen messages) {
    @Override
    public String toString() {
      return vendor + " " + name;
    }
  }

  private static Row row(
      String vendor, String name, Reply reply, Seen openAi, int status, String type) {
    return new Row(vendor, name, reply, openAi, new Seen(status, type, "", "", openAi.after()));
  }

  private static Seen misconfigured() {
    return new Seen(502, "server_error", "upstream_misconfigured", "", "");
  }

  private static Seen unavailable() {
    return new Seen(502, "server_error", "upstream_unavailable", "", "");
  }

  private static Seen overloaded(String after) {
    return new Seen(503, "server_error", "upstream_unavailable", "", after);
  }

  private static Seen limited(String after) {
    return new Seen(429, "rate_limit_error", "rate_limit_exceeded", "", after);
  }

  private static Seen noQuota() {
    return new Seen(429, "insufficient_quota", "insufficient_quota", "", "");
  }

  private static Seen refused(int status, String code, String param) {
    return new Seen(status, "invalid_request_error", code, param, "");
  }

  private static Reply openAi(int status, String type, String param, String code) {
    return openAi(status, "", type, param, code);
  }

  private static Reply openAi(int status, String headers, String type, String param, String code) {
    String body =
        "{\"error\":{\"message\":\"words of the"
            + " vendor\",\"type\":\"%s\",\"param\":%s,\"code\":%s}}";
    return new Reply(
        status, headers, body.formatted(type, quotedOrNull(param), quotedOrNull(code)));
  }

  private static String quotedOrNull(String text) {
    return text.isEmpty() ? "null" : "\"" + text + "\"";
  }

  private static Stream<Row> openAiRows() {
    String v = "openai";
    String bad = "invalid_request_error";
    return Stream.of(
        row(
            v,
            "bad-member",
            openAi(400, bad, "temperature", "invalid_value"),
            refused(400, "invalid_value", "temperature"),
            400,
            bad),
        row(
            v,
            "too-long",
            openAi(400, bad, "messages", "context_length_exceeded"),
            refused(400, "context_length_exceeded", "messages"),
            400,
            bad),
        row(
            v,
            "too-large",
            openAi(413, bad, "", ""),
            refused(413, "", ""),
            413,
            "request_too_large"),
        row(
            v,
            "unprocessable",
            openAi(422, bad, "tools", "odd"),
            refused(422, "odd", "tools"),
            422,
            bad),
        row(
            v,
            "bad-key",
            openAi(401, bad, "", "invalid_api_key"),
            misconfigured(),
            502,
            "api_error"),
        row(v, "forbidden", openAi(403, "x", "", "no_region"), misconfigured(), 502, "api_error"),
        row(
            v,
            "no-model",
            openAi(404, bad, "model", "model_not_found"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "rate",
            openAi(429, "retry-after: 7", "tokens", "", "rate_limit_exceeded"),
            limited("7"),
            429,
            "rate_limit_error"),
        row(
            v,
            "quota",
            openAi(429, "insufficient_quota", "", "insufficient_quota"),
            noQuota(),
            429,
            "rate_limit_error"),
        row(v, "broken", openAi(500, "server_error", "", ""), unavailable(), 502, "api_error"),
        row(
            v,
            "busy",
            openAi(503, "retry-after: 3", "server_error", "", ""),
            overloaded("3"),
            529,
            "overloaded_error"),
        row(
            v,
            "page",
            new Reply(502, "", "<html>Bad gateway</html>"),
            unavailable(),
            502,
            "api_error"),
        row(
            v,
            "inside-200",
            openAi(200, bad, "stop", "invalid_value"),
            refused(400, "invalid_value", "stop"),
            400,
            bad));
  }

  private static Reply anthropic(int status, String headers, String type, String message) {
    return new Reply(
        status,
        headers,
        "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"},\"request_id\":\"req_1\"}"
            .formatted(type, message));
  }

  private static Stream<Row> anthropicRows() {
    String v = "anthropic";
    String bad = "invalid_request_error";
    return Stream.of(
        row(
            v,
            "bad-member",
            anthropic(400, "", bad, "temperature: range: 0..1"),
            refused(400, "upstream_rejected", "temperature"),
            400,
            bad),
        row(
            v,
            "bad-message",
            anthropic(400, "", bad, "messages.1.content.0: unexpected"),
            refused(400, "upstream_rejected", "messages"),
            400,
            bad),
        row(
            v,
            "odd",
            anthropic(400, "", bad, "something else"),
            refused(400, "upstream_rejected", ""),
            400,
            bad),
        row(
            v,
            "too-long",
            anthropic(400, "", bad, "prompt is too long: 210000 tokens > 200000 maximum"),
            refused(400, "context_length_exceeded", "messages"),
            400,
            bad),
        row(
            v,
            "no-credit",
            anthropic(400, "", bad, "Your credit balance is too low to access the API"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "bad-key",
            anthropic(401, "", "authentication_error", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "unpaid",
            anthropic(402, "", "billing_error", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "forbidden",
            anthropic(403, "", "permission_error", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "no-model",
            anthropic(404, "", "not_found_error", "model: m-anthropic"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "too-large",
            anthropic(413, "", "request_too_large", "Request exceeds the maximum size"),
            refused(413, "request_too_large", ""),
            413,
            "request_too_large"),
        row(
            v,
            "rate",
            anthropic(429, "retry-after: 7", "rate_limit_error", "x"),
            limited("7"),
            429,
            "rate_limit_error"),
        row(
            v,
            "spent",
            new Reply(
                429,
                "",
                "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"x\","
                    + "\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}}}"),
            noQuota(),
            429,
            "rate_limit_error"),
        row(v, "broken", anthropic(500, "", "api_error", "x"), unavailable(), 502, "api_error"),
        row(
            v,
            "busy",
            anthropic(529, "", "overloaded_error", "Overloaded"),
            overloaded(""),
            529,
            "overloaded_error"),
        row(
            v,
            "inside-200",
            anthropic(200, "", bad, "tools: too many"),
            refused(400, "upstream_rejected", "tools"),
            400,
            bad));
  }

  private static Reply gemini(int code, String status, String message, String details) {
    return new Reply(
        code,
        "",
        "{\"error\":{\"code\":%d,\"message\":\"%s\",\"status\":\"%s\",\"details\":[%s]}}"
            .formatted(code, message, status, details));
  }

  private static Stream<Row> geminiRows() {
    String v = "gemini";
    String bad = "invalid_request_error";
    return Stream.of(
        row(
            v,
            "odd",
            gemini(400, "INVALID_ARGUMENT", "something is odd", ""),
            refused(400, "upstream_rejected", ""),
            400,
            bad),
        row(
            v,
            "too-long",
            gemini(
                400,
                "INVALID_ARGUMENT",
                "The input token count (1200000) exceeds the maximum number of tokens allowed"
                    + " (1048576).",
                ""),
            refused(400, "context_length_exceeded", "messages"),
            400,
            bad),
        row(
            v,
            "bad-key",
            gemini(
                400,
                "INVALID_ARGUMENT",
                "x",
                "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\"}"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "forbidden",
            gemini(403, "PERMISSION_DENIED", "x", ""),
            misconfigured(),
            502,
            "api_error"),
        row(v, "no-model", gemini(404, "NOT_FOUND", "x", ""), misconfigured(), 502, "api_error"),
        row(
            v,
            "rate",
            gemini(
                429,
                "RESOURCE_EXHAUSTED",
                "x",
                "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"6.5s\"}"),
            limited("7"),
            429,
            "rate_limit_error"),
        row(
            v,
            "day-quota",
            gemini(
                429,
                "RESOURCE_EXHAUSTED",
                "x",
                "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":"
                    + "[{\"quotaId\":\"RequestsPerDay\"}]}"),
            noQuota(),
            429,
            "rate_limit_error"),
        row(v, "broken", gemini(500, "INTERNAL", "x", ""), unavailable(), 502, "api_error"),
        row(
            v,
            "busy",
            gemini(503, "UNAVAILABLE", "x", ""),
            overloaded(""),
            529,
            "overloaded_error"));
  }

  private static Reply bedrock(int status, String type, String message) {
    return new Reply(status, "x-amzn-errortype: " + type, "{\"message\":\"" + message + "\"}");
  }

  private static Stream<Row> bedrockRows() {
    String v = "bedrock";
    String bad = "invalid_request_error";
    String invalid = "ValidationException";
    return Stream.of(
        row(
            v,
            "odd",
            bedrock(400, invalid, "something is odd"),
            refused(400, "upstream_rejected", ""),
            400,
            bad),
        row(
            v,
            "too-long",
            bedrock(400, invalid, "Input is too long for requested model."),
            refused(400, "context_length_exceeded", "messages"),
            400,
            bad),
        row(
            v,
            "no-model",
            bedrock(400, invalid, "The provided model identifier is invalid."),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "gone",
            bedrock(404, "ResourceNotFoundException", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "denied",
            bedrock(403, "AccessDeniedException", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "expired",
            bedrock(403, "ExpiredTokenException", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "rate",
            new Reply(
                429,
                "x-amzn-errortype: ThrottlingException\nretry-after: 7",
                "{\"message\":\"x\"}"),
            limited("7"),
            429,
            "rate_limit_error"),
        row(
            v,
            "quota",
            bedrock(400, "ServiceQuotaExceededException", "x"),
            noQuota(),
            429,
            "rate_limit_error"),
        row(v, "late", bedrock(408, "ModelTimeoutException", "x"), unavailable(), 502, "api_error"),
        row(
            v,
            "model-broke",
            bedrock(424, "ModelErrorException", "x"),
            unavailable(),
            502,
            "api_error"),
        row(
            v,
            "broken",
            bedrock(500, "InternalServerException", "x"),
            unavailable(),
            502,
            "api_error"),
        row(
            v,
            "warming",
            bedrock(429, "ModelNotReadyException", "x"),
            overloaded(""),
            529,
            "overloaded_error"),
        row(
            v,
            "busy",
            bedrock(503, "ServiceUnavailableException", "x"),
            overloaded(""),
            529,
            "overloaded_error"),
        row(
            v,
            "page",
            new Reply(502, "content-type: text/html", "<html>Bad gateway</html>"),
            unavailable(),
            502,
            "api_error"));
  }

  private static Stream<Arguments> table() {
    return Stream.of(openAiRows(), anthropicRows(), geminiRows(), bedrockRows())
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
    boolean quota = row.openAi().equals(noQuota());
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
