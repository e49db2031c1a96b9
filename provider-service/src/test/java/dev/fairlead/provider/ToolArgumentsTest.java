package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.fairlead.provider.dialect.Assembled;
import dev.fairlead.provider.testkit.EventStreams;
import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.provider.testkit.RawUpstream.Request;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Case F9: arguments of tool calls come through every translation byte for byte, however a vendor
 * cuts them. Each call goes from a client's dialect to a server that speaks the vendor's. Gemini
 * does not cut them but sends an object.
 */
class ToolArgumentsTest {

  private static final int SEEDS = 25;
  private static final JsonMapper JSON = new JsonMapper();
  private static final String[] WORDS = {
    "",
    "Oslo",
    "} ] \"{",
    "Gr\u00fc\u00dfe \ud83d\udea2",
    "\u4f60\u597d",
    "a\\b\n\t\u0001",
    "</tool>",
    "\u2028"
  };
  private static final String[] NUMBERS = {
    "0", "-0.0", "1.50", "9007199254740993123", "123456789012345678.5", "1E+30", "1e5"
  };

  private static RawUpstream upstream;
  private static FaultRig rig;

  /** What the server says next. */
  private static volatile List<String> arguments = List.of();

  private static volatile long seed;

  @BeforeAll
  static void start() {
    upstream = RawUpstream.start(ToolArgumentsTest::play);
    rig =
        new FaultRig(
            """
            providers:
              openai: { kind: openai, base_url: "%1$s/v1", api_key: k }
              anthropic: { kind: anthropic, base_url: "%1$s", api_key: k }
              gemini: { kind: gemini, base_url: "%1$s", api_key: k }
              bedrock: { kind: bedrock, base_url: "%1$s", region: eu-central-1, access_key_id: AKIATEST,
                secret_access_key: s }
            models:
              - { id: openai, provider: openai, upstream: m, price: { input: 1, output: 1 } }
              - { id: anthropic, provider: anthropic, upstream: m, price: { input: 1, output: 1 } }
              - { id: gemini, provider: gemini, upstream: m, price: { input: 1, output: 1 } }
              - { id: bedrock, provider: bedrock, upstream: m, price: { input: 1, output: 1 } }
            """
                .formatted(upstream.baseUrl()));
  }

  @AfterAll
  static void stop() {
    rig.awaitIdle();
    rig.close();
    upstream.close();
  }

  @ParameterizedTest
  @CsvSource({
    "anthropic, CHAT",
    "gemini, CHAT",
    "bedrock, CHAT",
    "openai, MESSAGES",
    "gemini, MESSAGES",
    "bedrock, MESSAGES",
    "openai, RESPONSES",
    "anthropic, RESPONSES",
    "gemini, RESPONSES",
    "bedrock, RESPONSES",
    "openai, CHAT",
    "anthropic, MESSAGES"
  })
  void f9_arguments_comeThroughByteForByte_howeverTheyAreCut(String vendor, String dialect)
      throws JsonProcessingException {
    for (int i = 0; i < SEEDS; i++) {
      SplittableRandom random = new SplittableRandom(i);
      seed = i;
      List<String> expected = new ArrayList<>();
      for (int call = 0; call <= random.nextInt(3); call++) {
        String text = written(object(random, 0), random.nextBoolean());
        expected.add(vendor.equals("gemini") ? text.replace('\n', ' ') : text);
      }
      arguments = List.copyOf(expected);
      FaultRig.Told told = rig.stream(request(dialect), vendor);
      assertThat(told.failure()).as("seed " + i).isNull();
      assertThat(received(dialect, told.text())).as("seed " + i).isEqualTo(expected);
    }
  }

  private static ObjectNode object(SplittableRandom random, int depth) {
    ObjectNode object = JSON.createObjectNode();
    int members = random.nextInt(depth == 0 ? 1 : 0, 4);
    for (int i = 0; i < members; i++) {
      String name = i + WORDS[random.nextInt(WORDS.length)];
      switch (random.nextInt(depth < 3 ? 5 : 3)) {
        case 0 -> object.put(name, WORDS[random.nextInt(WORDS.length)]);
        case 1 -> object.putRawValue(name, new RawValue(NUMBERS[random.nextInt(NUMBERS.length)]));
        case 2 -> object.putNull(name);
        case 3 -> object.putArray(name).add(true).add(object(random, depth + 1));
        default -> object.set(name, object(random, depth + 1));
      }
    }
    return object;
  }

  private static String written(ObjectNode object, boolean spaced) throws JsonProcessingException {
    return spaced
        ? JSON.writer(new DefaultPrettyPrinter()).writeValueAsString(object)
        : JSON.writeValueAsString(object);
  }

  private static RawRequest request(String dialect) {
    return switch (dialect) {
      case "CHAT" ->
          Spans.raw(
              Dialect.DIALECT_OPENAI_CHAT,
              "{\"model\":\"auto\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                  + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"parameters\":{"
                  + "\"type\":\"object\"}}}]}");
      case "MESSAGES" ->
          Spans.raw(
              Dialect.DIALECT_ANTHROPIC_MESSAGES,
              "{\"model\":\"auto\",\"stream\":true,\"max_tokens\":100,\"messages\":[{\"role\":\"user\","
                  + "\"content\":\"hi\"}],\"tools\":[{\"name\":\"look\",\"input_schema\":{\"type\":\"object\"}}]}");
      default ->
          Spans.raw(
              Dialect.DIALECT_OPENAI_RESPONSES,
              "{\"model\":\"auto\",\"stream\":true,\"input\":\"hi\",\"tools\":[{\"type\":\"function\","
                  + "\"name\":\"look\",\"parameters\":{\"type\":\"object\"}}]}");
    };
  }

  private static List<String> received(String dialect, String sse) {
    List<String> received = new ArrayList<>();
    switch (dialect) {
      case "CHAT" -> {
        TreeMap<Integer, StringBuilder> calls = new TreeMap<>();
        for (JsonNode event : Assembled.events(sse)) {
          for (JsonNode call : event.at("/choices/0/delta/tool_calls")) {
            calls
                .computeIfAbsent(call.path("index").asInt(-1), index -> new StringBuilder())
                .append(call.at("/function/arguments").asText());
          }
        }
        calls.values().forEach(call -> received.add(call.toString()));
      }
      case "MESSAGES" -> {
        for (JsonNode block : Assembled.message(sse).path("content")) {
          if (block.path("type").asText().equals("tool_use")) {
            received.add(block.path("input").asText());
          }
        }
      }
      default -> {
        for (JsonNode item : Assembled.response(sse).path("output")) {
          if (item.path("type").asText().equals("function_call")) {
            received.add(item.path("arguments").asText());
          }
        }
      }
    }
    return received;
  }

  private static Answer play(Request request) {
    String path = request.head().split(" ", 3)[1];
    if (path.contains("converse-stream")) {
      return Answer.openStream(
              "content-type: application/vnd.amazon.eventstream\r\n", bedrock(cuts()))
          .completed();
    }
    List<String> events =
        path.contains("streamGenerateContent")
            ? gemini()
            : path.contains("/messages") ? anthropic(cuts()) : openai(cuts());
    return Answer.events(events.toArray(String[]::new));
  }

  /** Each call's arguments in pieces, of which some are empty. */
  private static List<List<String>> cuts() {
    SplittableRandom random = new SplittableRandom(seed);
    List<List<String>> calls = new ArrayList<>();
    for (String text : arguments) {
      List<String> pieces = new ArrayList<>();
      int from = 0;
      while (from < text.length()) {
        int to = Math.min(text.length(), from + random.nextInt(12));
        if (to > from && to < text.length() && Character.isLowSurrogate(text.charAt(to))) {
          to++;
        }
        pieces.add(quoted(text.substring(from, to)));
        from = to;
      }
      calls.add(pieces);
    }
    return calls;
  }

  private static String quoted(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> openai(List<List<String>> calls) {
    List<String> events = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      events.add(
          chunk(
              ("{\"tool_calls\":[{\"index\":%d,\"id\":\"call_%d\","
                      + "\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"\"}}]}")
                  .formatted(i, i),
              "null"));
      for (String piece : calls.get(i)) {
        events.add(
            chunk(
                "{\"tool_calls\":[{\"index\":"
                    + i
                    + ",\"function\":{\"arguments\":"
                    + piece
                    + "}}]}",
                "null"));
      }
    }
    events.add(chunk("{}", "\"tool_calls\""));
    events.add("data: [DONE]\n\n");
    return events;
  }

  private static String chunk(String delta, String reason) {
    return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":["
        + "{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + reason
        + "}]}\n\n";
  }

  private static List<String> anthropic(List<List<String>> calls) {
    List<String> events = new ArrayList<>();
    events.add(
        named(
            "message_start",
            "\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
                + "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}"));
    for (int i = 0; i < calls.size(); i++) {
      events.add(
          named(
              "content_block_start",
              ("\"index\":%d,\"content_block\":{\"type\":\"tool_use\","
                      + "\"id\":\"toolu_%d\",\"name\":\"look\",\"input\":{}}")
                  .formatted(i, i)));
      for (String piece : calls.get(i)) {
        events.add(
            named(
                "content_block_delta",
                "\"index\":"
                    + i
                    + ",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
                    + piece
                    + "}"));
      }
      events.add(named("content_block_stop", "\"index\":" + i));
    }
    events.add(
        named(
            "message_delta",
            "\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}"));
    events.add("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    return events;
  }

  private static String named(String type, String members) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
  }

  private static List<String> gemini() {
    List<String> events = new ArrayList<>();
    for (String args : arguments) {
      events.add(
          "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"look\","
              + "\"args\":"
              + args.replace('\n', ' ')
              + "}}]}}]}\n\n");
    }
    events.add(
        "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"\"}]},\"finishReason\":"
            + "\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":4,"
            + "\"totalTokenCount\":7}}\n\n");
    return events;
  }

  private static List<byte[]> bedrock(List<List<String>> calls) {
    List<byte[]> frames = new ArrayList<>();
    frames.add(EventStreams.event("messageStart", "{\"role\":\"assistant\"}"));
    for (int i = 0; i < calls.size(); i++) {
      frames.add(
          EventStreams.event(
              "contentBlockStart",
              "{\"contentBlockIndex\":%d,\"start\":{\"toolUse\":{\"toolUseId\":\"t%d\",\"name\":\"look\"}}}"
                  .formatted(i, i)));
      for (String piece : calls.get(i)) {
        frames.add(
            EventStreams.event(
                "contentBlockDelta",
                "{\"contentBlockIndex\":"
                    + i
                    + ",\"delta\":{\"toolUse\":{\"input\":"
                    + piece
                    + "}}}"));
      }
      frames.add(EventStreams.event("contentBlockStop", "{\"contentBlockIndex\":" + i + "}"));
    }
    frames.add(EventStreams.event("messageStop", "{\"stopReason\":\"tool_use\"}"));
    frames.add(
        EventStreams.event(
            "metadata",
            "{\"usage\":{\"inputTokens\":3,\"outputTokens\":4,\"totalTokens\":7},\"metrics\":{\"latencyMs\":5}}"));
    return frames;
  }
}
