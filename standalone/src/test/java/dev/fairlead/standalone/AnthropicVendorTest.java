package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.ScriptedVendor;
import dev.fairlead.standalone.deployment.ScriptedVendor.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients of every dialect on a vendor that speaks Anthropic's, over all services. */
class AnthropicVendorTest {

  /** What a double, a map without order or a decoder of escapes would change. */
  private static final String ARGUMENTS =
      "{\"n\":9007199254740993,\"x\":-0.0,\"e\":1e400,\"b\":\"\\u00e4 \u4e2d\ud83d\ude00\","
          + "\"a\":[1.0,{}]}";

  /**
   * A whole answer is read as a tree, which keeps digits but not the form of numbers and escapes.
   */
  private static final String WHOLE_ARGUMENTS =
      "{\"n\":9007199254740993,\"b\":\"\u00e4 \u4e2d\ud83d\ude00\",\"a\":[1.0,{}]}";

  private static final String OTHER_ARGUMENTS = "{\"city\":\"Kiel\"}";

  private static final String WHOLE =
      "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m-up\",\"content\":["
          + "{\"type\":\"text\",\"text\":\"Looking.\"},"
          + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"odd\",\"input\":"
          + WHOLE_ARGUMENTS
          + "},{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"weather\",\"input\":"
          + OTHER_ARGUMENTS
          + "}],\"stop_reason\":\"tool_use\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":20,"
          + "\"cache_read_input_tokens\":7,\"cache_creation_input_tokens\":3,\"output_tokens\":9}}";

  private static final ScriptedVendor VENDOR = new ScriptedVendor();
  private static Standalone standalone;
  private static GatewayClient client;

  @BeforeAll
  static void start() {
    String yaml =
        """
        server: { port: 0, grpc_port: -1 }
        providers:
          anthropic: { kind: anthropic, base_url: "%s", api_key: "sk-of-the-vendor" }
        models:
          - { id: m, provider: anthropic, upstream: m-up, price: { input: 1, output: 1 } }
        """
            .formatted(VENDOR.root());
    standalone = Standalone.start(ConfigSource.parse("anthropic.yaml", yaml, Map.of()));
    client = new GatewayClient(standalone.httpPort());
    Deployment.awaitReady(client, () -> "");
    VENDOR.when("whole", new Reply(200, "", WHOLE));
    VENDOR.when(
        "stream",
        new Reply(
            200,
            "content-type: text/event-stream\nrequest-id: req_7\n"
                + "anthropic-ratelimit-unified-status: allowed",
            streamed()));
  }

  @AfterAll
  static void stop() {
    client.close();
    standalone.close();
    VENDOR.close();
  }

  private static String event(String type, String more) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + more + "}\n\n";
  }

  /** Every piece of arguments is one character, or two where they are one sign. */
  private static String streamed() {
    StringBuilder events = new StringBuilder();
    events.append(
        event(
            "message_start",
            ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"
                + "\"m-up\",\"content\":[],\"usage\":{\"input_tokens\":20,\"output_tokens\":1}}"));
    call(events, 0, "toolu_1", "odd", ARGUMENTS);
    events.append(event("ping", ""));
    call(events, 1, "toolu_2", "weather", OTHER_ARGUMENTS);
    events.append(
        event(
            "message_delta",
            ",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":9}"));
    return events.append(event("message_stop", "")).toString();
  }

  private static void call(
      StringBuilder events, int index, String id, String name, String arguments) {
    String at = ",\"index\":" + index;
    events.append(
        event(
            "content_block_start",
            at
                + ",\"content_block\":{\"type\":\"tool_use\",\"id\":\""
                + id
                + "\",\"name\":\""
                + name
                + "\",\"input\":{}}"));
    arguments
        .codePoints()
        .mapToObj(Character::toString)
        .map(piece -> piece.replace("\\", "\\\\").replace("\"", "\\\""))
        .forEach(piece ->
            events.append(
                event(
                    "content_block_delta",
                    at
                        + ",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\""
                        + piece
                        + "\"}")));
    events.append(event("content_block_stop", at));
  }

  private static String chat(String name, String more) {
    return "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
        + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"[["
        + name
        + "]]\"},{\"type\":\"image_url\",\"image_url\":{\"url\":"
        + "\"data:image/png;base64,iVBORw0KGgo=\"}}]}],\"tools\":[{\"type\":\"function\","
        + "\"function\":{\"name\":\"odd\",\"parameters\":{\"type\":\"object\",\"maximum\":9007199254740993}}},"
        + "{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":"
        + "{\"type\":\"object\"}}}],\"tool_choice\":\"required\""
        + more
        + "}";
  }

  private static Answer ask(String path, String body) {
    Answer answer = client.post(path, body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  @Test
  void chat_hasParallelCallsAndUsageInItsOwnTerms() {
    Answer answer = ask("/v1/chat/completions", chat("whole", ""));

    JsonNode choice = answer.json().path("choices").path(0);
    assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
    assertThat(choice.path("message").path("content").asText()).isEqualTo("Looking.");
    JsonNode calls = choice.path("message").path("tool_calls");
    assertThat(calls).hasSize(2);
    assertThat(calls.path(0).path("id").asText()).isEqualTo("toolu_1");
    assertThat(calls.path(0).path("function").path("arguments").asText())
        .isEqualTo(WHOLE_ARGUMENTS);
    assertThat(calls.path(1).path("function").path("name").asText()).isEqualTo("weather");
    JsonNode usage = answer.json().path("usage");
    assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(30);
    assertThat(usage.path("prompt_tokens_details").path("cached_tokens").asInt()).isEqualTo(7);
    assertThat(usage.path("total_tokens").asInt()).isEqualTo(39);
  }

  @Test
  void chatRequest_reachesTheVendorInItsWords() {
    String schema =
        ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"city\","
            + "\"schema\":{\"type\":\"object\",\"title\":\"of chatRequest\"}}}";
    ask("/v1/chat/completions", chat("whole", schema));

    String body = VENDOR.received("of chatRequest").getLast();
    JsonNode sent = VENDOR.json(body);
    assertThat(sent.path("system").toString()).contains("Be brief.");
    JsonNode image = sent.path("messages").path(0).path("content").path(1).path("source");
    assertThat(image.path("media_type").asText()).isEqualTo("image/png");
    assertThat(image.path("data").asText()).isEqualTo("iVBORw0KGgo=");
    assertThat(sent.path("tools").path(1).path("name").asText()).isEqualTo("weather");
    assertThat(body).contains("{\"type\":\"object\",\"maximum\":9007199254740993}");
    assertThat(sent.path("tool_choice").path("type").asText()).isEqualTo("any");
    assertThat(sent.path("output_config").path("format").path("schema").path("title").asText())
        .isEqualTo("of chatRequest");
  }

  @Test
  void functions_areToolsForTheVendor_andTheAnswerIsOneCall() {
    String body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"[[whole]] with functions\"}],"
            + "\"functions\":[{\"name\":\"odd\",\"parameters\":{\"type\":\"object\"}}]}";

    Answer answer = ask("/v1/chat/completions", body);

    JsonNode sent = VENDOR.json(VENDOR.received("with functions").getLast());
    assertThat(sent.path("tools").path(0).path("name").asText()).isEqualTo("odd");
    JsonNode choice = answer.json().path("choices").path(0);
    assertThat(choice.path("finish_reason").asText()).isEqualTo("function_call");
    assertThat(choice.path("message").path("function_call").path("name").asText()).isEqualTo("odd");
    assertThat(choice.path("message").has("tool_calls")).isFalse();
  }

  @Test
  void response_repeatsWhatWasAskedFor() {
    Answer answer =
        ask(
            "/v1/responses",
            "{\"model\":\"m\",\"temperature\":0.5,\"instructions\":\"Brief.\","
                + "\"tools\":[{\"type\":\"function\",\"name\":\"odd\",\"parameters\":{\"type\":\"object\"}}],"
                + "\"input\":\"[[whole]]\"}");

    assertThat(answer.json().path("temperature").asDouble()).isEqualTo(0.5);
    assertThat(answer.json().path("instructions").asText()).isEqualTo("Brief.");
    assertThat(answer.json().path("tools").path(0).path("name").asText()).isEqualTo("odd");
  }

  @Test
  void chatStream_keepsArgumentsToTheByteAndIndices() {
    Answer answer = ask("/v1/chat/completions", chat("stream", ",\"stream\":true"));

    List<StringBuilder> arguments = List.of(new StringBuilder(), new StringBuilder());
    List<String> ids = new ArrayList<>();
    for (JsonNode event : answer.events()) {
      for (JsonNode call : event.path("choices").path(0).path("delta").path("tool_calls")) {
        arguments
            .get(call.path("index").asInt())
            .append(call.path("function").path("arguments").asText());
        if (call.has("id")) {
          ids.add(call.path("id").asText());
        }
      }
    }
    assertThat(arguments.getFirst()).hasToString(ARGUMENTS);
    assertThat(arguments.getLast()).hasToString(OTHER_ARGUMENTS);
    assertThat(ids).containsExactly("toolu_1", "toolu_2");
    assertThat(answer.data().getLast()).isEqualTo("[DONE]");
    assertThat(answer.body()).containsOnlyOnce("\"finish_reason\":\"tool_calls\"");
  }

  @Test
  void responsesStream_keepsArgumentsToTheByte() {
    Answer answer =
        ask("/v1/responses", "{\"model\":\"m\",\"stream\":true,\"input\":\"[[stream]]\"}");

    StringBuilder pieces = new StringBuilder();
    List<String> done = new ArrayList<>();
    for (JsonNode event : answer.events()) {
      switch (event.path("type").asText()) {
        case "response.function_call_arguments.delta" ->
            pieces.append(event.path("delta").asText());
        case "response.function_call_arguments.done" -> done.add(event.path("arguments").asText());
        default -> assertThat(event.path("type").asText()).startsWith("response.");
      }
    }
    assertThat(pieces).hasToString(ARGUMENTS + OTHER_ARGUMENTS);
    assertThat(done).containsExactly(ARGUMENTS, OTHER_ARGUMENTS);
  }

  @Test
  void messages_passAsTheyAre() {
    String body =
        "{\"model\":\"m\",\"max_tokens\":50,\"later\":{\"e\":9007199254740993},\"messages\":[{\"role\":"
            + "\"user\",\"content\":\"[[whole]] passing\"}]}";

    Answer answer = ask("/v1/messages", body);

    JsonNode content = answer.json().path("content");
    assertThat(content.path(1).path("type").asText()).isEqualTo("tool_use");
    assertThat(answer.body()).contains("\"input\":" + WHOLE_ARGUMENTS);
    assertThat(VENDOR.received("passing").getLast()).contains("\"later\":{\"e\":9007199254740993}");
    assertThat(answer.header("x-fairlead-dropped")).isEmpty();
  }

  @Test
  void messagesStream_hasTheVendorsEventsAndOneEnd() {
    Answer answer =
        ask(
            "/v1/messages",
            "{\"model\":\"m\",\"max_tokens\":50,\"stream\":true,\"messages\":[{\"role\":\"user\","
                + "\"content\":\"[[stream]]\"}]}");

    StringBuilder arguments = new StringBuilder();
    for (JsonNode event : answer.events()) {
      arguments.append(event.path("delta").path("partial_json").asText());
    }
    assertThat(arguments).hasToString(ARGUMENTS + OTHER_ARGUMENTS);
    assertThat(answer.body()).containsOnlyOnce("event: message_stop\n");
    assertThat(answer.header("anthropic-ratelimit-unified-status")).isEqualTo("allowed");
    assertThat(answer.header("x-fairlead-upstream-request-id")).isEqualTo("req_7");
  }
}
