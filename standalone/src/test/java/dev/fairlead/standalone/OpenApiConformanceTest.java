package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.ScriptedVendor;
import dev.fairlead.standalone.deployment.ScriptedVendor.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What clients of OpenAI's formats are told by a running Fairlead, against OpenAI's own document:
 * answers of the mock models and of vendors that speak another language, whole, streamed and from
 * the cache, errors and lists. Runs where the document is at hand: {@code FAIRLEAD_OPENAPI} names
 * it.
 */
class OpenApiConformanceTest {

  private static final String EVENTS = "content-type: text/event-stream";
  private static final ScriptedVendor VENDOR = new ScriptedVendor();
  private static Optional<OpenApiDocument> document = Optional.empty();
  private static Standalone standalone;
  private static GatewayClient client;

  /** A format: its path, the member that has the prompt, and the schemas of what it is told. */
  private enum Format {
    CHAT(
        "/v1/chat/completions",
        "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]",
        "CreateChatCompletionResponse",
        "CreateChatCompletionStreamResponse"),
    COMPLETIONS(
        "/v1/completions",
        "\"prompt\":\"%s\"",
        "CreateCompletionResponse",
        "CreateCompletionResponse"),
    RESPONSES("/v1/responses", "\"input\":\"%s\"", "Response", "ResponseStreamEvent");

    private final String path;
    private final String prompt;
    private final String whole;
    private final String streamed;

    Format(String path, String prompt, String whole, String streamed) {
      this.path = path;
      this.prompt = prompt;
      this.whole = whole;
      this.streamed = streamed;
    }

    String body(String model, String text, String more) {
      return "{\"model\":\"" + model + "\"," + prompt.formatted(text) + more + "}";
    }
  }

  @BeforeAll
  static void start() {
    document = OpenApiDocument.openAi();
    String yaml =
        """
        server: { port: 0, grpc_port: -1 }
        providers:
          anthropic: { kind: anthropic, base_url: "%1$s", api_key: "sk-of-the-vendor" }
          gemini: { kind: gemini, base_url: "%1$s", api_key: "sk-of-the-vendor" }
          mock: { kind: mock, mean_latency_ms: 1, p95_latency_ms: 2, error_rate: 0 }
        models:
          - { id: anthropic, provider: anthropic, upstream: up, price: { input: 1, output: 1 } }
          - { id: gemini, provider: gemini, upstream: up, price: { input: 1, output: 1 } }
          - { id: mock, provider: mock, upstream: up, price: { input: 1, output: 1 } }
        provider:
          retry: { max_retries: 0 }
          breaker: { window: 5000, minimum_calls: 5000, consecutive_failures: 5000 }
        """
            .formatted(VENDOR.root());
    standalone = Standalone.start(ConfigSource.parse("openapi.yaml", yaml, Map.of()));
    client = new GatewayClient(standalone.httpPort());
    Deployment.awaitReady(client, () -> "");
    script();
  }

  @AfterAll
  static void stop() {
    client.close();
    standalone.close();
    VENDOR.close();
  }

  @BeforeEach
  void needDocument() {
    assumeThat(document).as("OpenAI's document").isPresent();
  }

  private static void script() {
    VENDOR.when("text", new Reply(200, "", message("end_turn", "")));
    VENDOR.when(
        "tools",
        new Reply(
            200,
            "",
            message(
                "tool_use",
                ",{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\",\"input\":{\"city\":"
                    + "\"Kiel\"}}")));
    VENDOR.when("cut", new Reply(200, "", message("max_tokens", "")));
    VENDOR.when("refusal", new Reply(200, "", message("refusal", "")));
    VENDOR.when("text-stream", new Reply(200, EVENTS, messageEvents("end_turn", false)));
    VENDOR.when("tools-stream", new Reply(200, EVENTS, messageEvents("tool_use", true)));
    VENDOR.when("cut-stream", new Reply(200, EVENTS, messageEvents("max_tokens", false)));
    VENDOR.when("refusal-stream", new Reply(200, EVENTS, messageEvents("refusal", false)));
    VENDOR.when("broken-stream", new Reply(200, EVENTS, beginning()));
    VENDOR.when("failed-stream", new Reply(200, EVENTS, beginning() + failure()));
    VENDOR.when("gemini-text", new Reply(200, "", candidate("STOP")));
    VENDOR.when("gemini-cut", new Reply(200, "", candidate("MAX_TOKENS")));
    VENDOR.when(
        "gemini-text-stream", new Reply(200, EVENTS, "data: " + candidate("STOP") + "\r\n\r\n"));
    VENDOR.when(
        "gemini-cut-stream",
        new Reply(200, EVENTS, "data: " + candidate("MAX_TOKENS") + "\r\n\r\n"));
    for (int status : new int[] {400, 401, 404, 429, 500, 529}) {
      VENDOR.when("status-" + status, new Reply(status, "", failureJson()));
    }
  }

  private static String message(String stopReason, String moreContent) {
    return "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"up\",\"content\":["
               + "{\"type\":\"text\",\"text\":\"Looking.\"}"
        + moreContent
        + "],\"stop_reason\":\""
        + stopReason
        + "\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":20,\"output_tokens\":9}}";
  }

  private static String event(String type, String more) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + more + "}\n\n";
  }

  private static String beginning() {
    return event(
            "message_start",
            ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"
                + "\"up\",\"content\":[],\"usage\":{\"input_tokens\":20,\"output_tokens\":1}}")
        + event(
            "content_block_start",
            ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
        + event(
            "content_block_delta",
            ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Look\"}");
  }

  private static String messageEvents(String stopReason, boolean call) {
    return beginning()
        + event(
            "content_block_delta",
            ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"ing.\"}")
        + event("content_block_stop", ",\"index\":0")
        + (call ? callEvents() : "")
        + event(
            "message_delta",
            ",\"delta\":{\"stop_reason\":\"" + stopReason + "\"},\"usage\":{\"output_tokens\":9}")
        + event("message_stop", "");
  }

  private static String callEvents() {
    return event(
            "content_block_start",
            ",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":"
                + "\"weather\",\"input\":{}}")
        + event(
            "content_block_delta",
            ",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}")
        + event("content_block_stop", ",\"index\":1");
  }

  private static String failureJson() {
    return "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}";
  }

  private static String failure() {
    return "event: error\ndata: " + failureJson() + "\n\n";
  }

  private static String candidate(String finishReason) {
    return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Looking.\"}]},"
        + "\"finishReason\":\""
        + finishReason
        + "\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":20,\"candidatesTokenCount\":9,"
        + "\"totalTokenCount\":29},\"modelVersion\":\"up\"}";
  }

  private static void conforms(String schema, JsonNode value) {
    assertThat(document.orElseThrow().violations(schema, value)).as(value.toString()).isEmpty();
  }

  private static Answer ask(String path, String body) {
    Answer answer = client.post(path, body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  private static List<Arguments> answers() {
    List<Arguments> answers = new ArrayList<>();
    for (Format format : Format.values()) {
      answers.add(Arguments.of(format, "mock", "Say something of a fairlead."));
      for (String way : List.of("text", "tools", "cut", "refusal")) {
        answers.add(Arguments.of(format, "anthropic", "[[" + way + "%s]]"));
      }
      for (String way : List.of("gemini-text", "gemini-cut")) {
        answers.add(Arguments.of(format, "gemini", "[[" + way + "%s]]"));
      }
    }
    return answers;
  }

  @ParameterizedTest
  @MethodSource("answers")
  void wholeAnswer_conforms_alsoTheSecondTime(Format format, String model, String text) {
    String body = format.body(model, text.formatted(""), "");

    conforms(format.whole, ask(format.path, body).json());
    conforms(format.whole, ask(format.path, body).json());
  }

  @ParameterizedTest
  @MethodSource("answers")
  void stream_conforms_andItsReplay(Format format, String model, String text) {
    for (String usage : usageOptions(format)) {
      String more = ",\"stream\":true,\"seed\":7" + usage;
      String fresh = ",\"fairlead\":{\"cache_control\":\"no-cache\"}" + more;
      String prompt = text.formatted("-stream");

      streamConforms(format, ask(format.path, format.body(model, prompt, fresh)));
      streamConforms(format, ask(format.path, format.body(model, prompt, more)));
    }
  }

  @ParameterizedTest
  @MethodSource("answers")
  void storedWholeAnswer_conforms_asAStream(Format format, String model, String text) {
    String prompt = text.formatted("") + " as a stream";
    ask(format.path, format.body(model, prompt, ""));
    for (String usage : usageOptions(format)) {
      Answer stream =
          client.post(format.path, format.body(model, prompt, ",\"stream\":true" + usage));
      if (stream.header("x-fairlead-cache").equals("hit")) {
        streamConforms(format, stream);
      } else {
        assertThat(text).doesNotContain("mock").doesNotContain("[[text");
      }
    }
  }

  private static List<String> usageOptions(Format format) {
    return format == Format.RESPONSES
        ? List.of("")
        : List.of(
            "",
            ",\"stream_options\":{\"include_usage\":false}",
            ",\"stream_options\":{\"include_usage\":true}");
  }

  private static void streamConforms(Format format, Answer answer) {
    assertThat(answer.header("content-type")).startsWith("text/event-stream");
    assertThat(answer.events()).isNotEmpty();
    for (JsonNode event : answer.events()) {
      eventConforms(format, event);
    }
    if (format != Format.RESPONSES) {
      assertThat(answer.data().getLast()).isEqualTo("[DONE]");
    }
  }

  /**
   * Where the document's words and examples contradict its schemas, the words hold: chunks before
   * the last have a {@code usage} of null, and those of the legacy format no finish reason yet.
   */
  private static void eventConforms(Format format, JsonNode event) {
    ObjectNode chunk = event.deepCopy();
    if (format != Format.RESPONSES && chunk.path("usage").isNull()) {
      chunk.remove("usage");
    }
    for (JsonNode choice : chunk.path("choices")) {
      if (format == Format.COMPLETIONS && choice.path("finish_reason").isNull()) {
        ((ObjectNode) choice).put("finish_reason", "stop");
      }
    }
    conforms(format.streamed, chunk);
  }

  @ParameterizedTest
  @ValueSource(strings = {"broken", "failed"})
  void errorInMidStream_conforms_andIsTheLast(String way) {
    for (Format format : Format.values()) {
      String body = format.body("anthropic", "[[" + way + "-stream]]", ",\"stream\":true");
      List<JsonNode> events = new ArrayList<>(ask(format.path, body).events());
      JsonNode last = events.removeLast();

      events.forEach(event -> eventConforms(format, event));
      if (format == Format.RESPONSES) {
        conforms("ResponseErrorEvent", last);
      } else {
        conforms("ErrorResponse", last);
      }
      assertThat(ask(format.path, body).body()).doesNotContain("[DONE]");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 429, 500, 529})
  void vendorsError_conforms(int status) {
    for (Format format : Format.values()) {
      for (String stream : List.of("", ",\"stream\":true")) {
        Answer answer =
            client.post(format.path, format.body("anthropic", "[[status-" + status + "]]", stream));

        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        conforms("ErrorResponse", answer.json());
      }
    }
  }

  @Test
  void gatewaysOwnErrors_conform() {
    List<Answer> errors = new ArrayList<>();
    for (Format format : Format.values()) {
      errors.add(client.post(format.path, "{"));
      errors.add(client.post(format.path, "{}"));
      errors.add(client.post(format.path, format.body("no-such-model", "a", "")));
      errors.add(client.post(format.path, format.body("mock", "a", ",\"stream\":1")));
      errors.add(client.post(format.path, format.body("mock", "a", ",\"Model\":\"mock\"")));
      errors.add(client.get(format.path));
    }
    errors.add(client.post("/v1/embeddings", "{\"input\":[1,2,3]}"));
    errors.add(client.get("/v1/nothing"));
    errors.add(client.get("/v1/models/nothing"));
    for (Answer error : errors) {
      assertThat(error.status()).as(error.body()).isBetween(400, 499);
      conforms("ErrorResponse", error.json());
      assertThat(error.header("x-request-id")).isNotEmpty();
    }
  }

  @Test
  void models_conform() {
    JsonNode list = client.get("/v1/models").json();

    conforms("ListModelsResponse", list);
    for (String id : list.path("data").findValuesAsText("id")) {
      conforms("Model", client.get("/v1/models/" + id).json());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a\"", "[\"a\",\"b\"]"})
  void embeddings_conform(String input) {
    conforms(
        "CreateEmbeddingResponse",
        ask("/v1/embeddings", "{\"model\":\"all-MiniLM-L6-v2\",\"input\":" + input + "}").json());
  }

  @Test
  void document_refusesWhatDoesNotConform() {
    JsonNode answer = ask(Format.CHAT.path, Format.CHAT.body("mock", "To be broken.", "")).json();
    ((ObjectNode) answer).remove("created");
    ((ObjectNode) answer.path("choices").path(0)).put("finish_reason", "stopped");

    assertThat(document.orElseThrow().violations(Format.CHAT.whole, answer)).hasSize(2);
  }
}
