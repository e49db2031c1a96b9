package dev.fairlead.provider.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolCallDelta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerEncodingTest {

  private static final int SEEDS = 2000;
  private static final AnswerHead HEAD = new AnswerHead("up-1", 1_700_000_000, "abc");
  private static final TokenUsage USAGE = new TokenUsage(100, 30, 20, 9, 4, false);

  private static AnswerEncoder encoder(Dialect dialect) {
    return Objects.requireNonNull(ClientDialect.of(dialect)).encoder(HEAD);
  }

  private static String body(Dialect dialect, ChatResponse response) {
    return encoder(dialect).body(response, USAGE).toStringUtf8();
  }

  private static List<RawEvents> stream(Dialect dialect, List<ChatDelta> pieces) {
    List<RawEvents> all = new ArrayList<>();
    AnswerEncoder encoder = encoder(dialect);
    EventWriter writer = new EventWriter(dialect, all::add);
    for (ChatDelta piece : pieces) {
      encoder.delta(piece, writer);
      writer.flush();
    }
    encoder.end(USAGE, FinishReason.FINISH_REASON_STOP, writer);
    writer.flush();
    return all;
  }

  private static String sse(Dialect dialect, List<ChatDelta> pieces) {
    StringBuilder sse = new StringBuilder();
    stream(dialect, pieces).forEach(events -> sse.append(events.getSse().toString(UTF_8)));
    return sse.toString();
  }

  private static AnswerHead answering(Dialect dialect, String request) {
    return new AnswerHead("up-1", 1_700_000_000, "abc", Spans.raw(dialect, request));
  }

  @Test
  void functions_areAnsweredAsFunctions_inBothForms() throws IOException {
    AnswerHead head =
        answering(
            Dialect.DIALECT_OPENAI_CHAT, "{\"messages\":[],\"functions\":[{\"name\":\"f\"}]}");
    List<RawEvents> events = new ArrayList<>();
    AnswerEncoder streamed = new ChatAnswerEncoder(head);
    EventWriter writer = new EventWriter(Dialect.DIALECT_OPENAI_CHAT, events::add);
    streamed.delta(call(0, "f", "{\"a\":"), writer);
    streamed.delta(call(0, "", "1}"), writer);
    streamed.delta(call(1, "f", "{}"), writer);
    streamed.end(USAGE, FinishReason.FINISH_REASON_TOOL_CALLS, writer);
    String sse = events.stream().map(e -> e.getSse().toString(UTF_8)).collect(Collectors.joining());
    assertThat(sse)
        .containsSubsequence(
            "{\"function_call\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\"}}",
            "{\"function_call\":{\"arguments\":\"1}\"}}",
            "\"finish_reason\":\"function_call\"")
        .doesNotContain("tool_calls");
    assertThat(sse.split("\"function_call\":", -1)).hasSize(3);

    ChatResponse.Builder whole = ChatResponse.newBuilder();
    whole
        .addChoicesBuilder()
        .setFinishReason(FinishReason.FINISH_REASON_TOOL_CALLS)
        .getMessageBuilder()
        .addToolCallsBuilder()
        .setId("c")
        .setName("f")
        .setArgumentsJson("{\"a\":1}");
    JsonNode choice =
        new JsonMapper()
            .readTree(new ChatAnswerEncoder(head).body(whole.build(), USAGE).toStringUtf8())
            .path("choices")
            .path(0);
    assertThat(choice.path("message").path("function_call").path("arguments").asText())
        .isEqualTo("{\"a\":1}");
    assertThat(choice.path("message").has("tool_calls")).isFalse();
    assertThat(choice.path("finish_reason").asText()).isEqualTo("function_call");
  }

  @Test
  void stopSequence_isNamedInMessages_whenItIsKnown_inBothForms() throws IOException {
    ChatResponse.Builder whole = ChatResponse.newBuilder();
    whole
        .addChoicesBuilder()
        .setFinishReason(FinishReason.FINISH_REASON_STOP)
        .setStopSequence("END")
        .getMessageBuilder()
        .addContentBuilder()
        .setText("Hi");
    JsonNode body =
        new JsonMapper().readTree(body(Dialect.DIALECT_ANTHROPIC_MESSAGES, whole.build()));
    assertThat(body.path("stop_reason").asText()).isEqualTo("stop_sequence");
    assertThat(body.path("stop_sequence").asText()).isEqualTo("END");

    ChatDelta end =
        ChatDelta.newBuilder()
            .setFinishReason(FinishReason.FINISH_REASON_STOP)
            .setStopSequence("\n\"")
            .build();
    assertThat(sse(Dialect.DIALECT_ANTHROPIC_MESSAGES, List.of(end)))
        .contains("\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"\\n\\\"\"");
    ChatDelta unknown = end.toBuilder().clearStopSequence().build();
    assertThat(sse(Dialect.DIALECT_ANTHROPIC_MESSAGES, List.of(unknown)))
        .contains("\"stop_reason\":\"end_turn\",\"stop_sequence\":null");
  }

  /** A token may be half a character, which JSON can say and UTF-8 cannot. */
  @Test
  void logProbabilities_areWellFormed_orNull() throws IOException {
    JsonNode told = logprobs("{\"content\":[{\"token\":\"a\ud83d\",\"logprob\":-1.50}]}");
    assertThat(told.at("/content/0/token").asText()).isEqualTo("a\ud83d");
    assertThat(told.at("/content/0/logprob").asDouble()).isEqualTo(-1.5);
    assertThat(logprobs("{\"content\":[").isNull()).isTrue();
    assertThat(logprobs("").isNull()).isTrue();
  }

  private static JsonNode logprobs(String vendors) throws IOException {
    ChatResponse.Builder whole = ChatResponse.newBuilder();
    whole
        .addChoicesBuilder()
        .setFinishReason(FinishReason.FINISH_REASON_STOP)
        .setLogprobsJson(vendors);
    return new JsonMapper()
        .readTree(body(Dialect.DIALECT_OPENAI_CHAT, whole.build()))
        .at("/choices/0/logprobs");
  }

  private static ChatDelta reasoning(String text) {
    return ChatDelta.newBuilder().setReasoning(text).build();
  }

  private static ChatDelta signature(String signature) {
    return ChatDelta.newBuilder().setReasoningSignature(ByteString.copyFromUtf8(signature)).build();
  }

  @Test
  void thoughts_areReasoningContent_withTheirSignatures_inChatStreams() {
    String sse =
        sse(
            Dialect.DIALECT_OPENAI_CHAT,
            List.of(
                reasoning("h\u00f6m"),
                signature("c2ln"),
                ChatDelta.newBuilder().setText("yes").build()));
    assertThat(sse)
        .containsSubsequence(
            "\"delta\":{\"reasoning_content\":\"h\u00f6m\"}",
            "\"thinking_blocks\":[{\"type\":\"thinking\",\"thinking\":\"h\u00f6m\",\"signature\":\"c2ln\"}]",
            "\"delta\":{\"content\":\"yes\"}");
  }

  /** A client sends back the pieces it has put together, under both names. */
  @Test
  void thoughts_comeBackAsTheVendorToldThem_fromChatStreams() {
    String sse =
        sse(
            Dialect.DIALECT_OPENAI_CHAT,
            List.of(
                reasoning("Let me "),
                reasoning("see."),
                signature("sig1"),
                signature("hidden"),
                reasoning("Now."),
                signature("sig2"),
                reasoning("unsigned"),
                ChatDelta.newBuilder().setText("yes").build(),
                signature("of the text")));
    StringBuilder reasoning = new StringBuilder();
    ArrayNode blocks = new JsonMapper().createArrayNode();
    for (JsonNode event : Assembled.events(sse)) {
      JsonNode delta = event.path("choices").path(0).path("delta");
      reasoning.append(delta.path("reasoning_content").asText());
      delta.path("thinking_blocks").forEach(blocks::add);
    }
    ObjectNode turn = new JsonMapper().createObjectNode();
    turn.put("role", "assistant").put("content", "yes");
    turn.put("reasoning_content", reasoning.toString()).set("thinking_blocks", blocks);
    byte[] body = ("{\"messages\":[" + turn + "]}").getBytes(UTF_8);
    ChatRequest.Builder read = ChatRequest.newBuilder();
    JsonInput.read(
        body,
        in -> {
          assertThat(in.member()).isTrue();
          new ChatMessageDecoder(read).decode(in);
        });
    assertThat(read.getMessages(0).getContentList())
        .containsExactly(
            Parts.reasoning("Let me see.", "sig1"),
            Parts.reasoning("", "hidden"),
            Parts.reasoning("Now.", "sig2"),
            Parts.reasoning("", "of the text"),
            Parts.text("yes"));
  }

  @Test
  void response_repeatsWhatWasAskedFor_inBothForms() throws IOException {
    String asked =
        "{\"input\":\"q\",\"instructions\":\"be brief\",\"temperature\":0.50,\"top_p\":null,"
            + "\"max_output_tokens\":9,\"metadata\":{\"a\":\"b\"},\"parallel_tool_calls\":false,"
            + "\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"},\"reasoning\":{\"effort\":\"low\"},"
            + "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}],\"user\":\"u\"}";
    AnswerHead head = answering(Dialect.DIALECT_OPENAI_RESPONSES, asked);
    List<RawEvents> events = new ArrayList<>();
    AnswerEncoder streamed = new ResponsesAnswerEncoder(head);
    EventWriter writer = new EventWriter(Dialect.DIALECT_OPENAI_RESPONSES, events::add);
    streamed.delta(ChatDelta.newBuilder().setText("x").build(), writer);
    streamed.end(USAGE, FinishReason.FINISH_REASON_STOP, writer);
    List<JsonNode> told = new ArrayList<>();
    JsonMapper json = new JsonMapper();
    told.add(
        json.readTree(
            new ResponsesAnswerEncoder(head)
                .body(ChatResponse.getDefaultInstance(), USAGE)
                .toStringUtf8()));
    for (RawEvents one : events) {
      for (String line : one.getSse().toString(UTF_8).split("\n")) {
        if (line.startsWith("data:") && line.contains("\"response\":")) {
          told.add(json.readTree(line.substring(5)).path("response"));
        }
      }
    }
    assertThat(told).hasSize(4);
    for (JsonNode response : told) {
      for (String member :
          List.of("instructions", "temperature", "max_output_tokens", "metadata", "user")) {
        assertThat(response.get(member)).as(member).isEqualTo(json.readTree(asked).get(member));
      }
      assertThat(response.path("parallel_tool_calls").booleanValue()).isFalse();
      assertThat(response.get("top_p").isNull()).isTrue();
      assertThat(response.path("tool_choice").path("name").asText()).isEqualTo("f");
      assertThat(response.path("reasoning").path("effort").asText()).isEqualTo("low");
      assertThat(response.path("tools").path(0).path("strict").isBoolean()).isTrue();
      assertThat(response.path("tools").path(0).has("parameters")).isTrue();
    }
  }

  /** A streamed message tells what the whole one says; inputs of tools are compared as text. */
  @Test
  void messagesStream_tellsTheWholeMessage_howeverItIsCut() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ChatResponse whole = RandomAnswers.whole(seed);
      Dialect dialect = Dialect.DIALECT_ANTHROPIC_MESSAGES;
      ObjectNode streamed = Assembled.message(sse(dialect, RandomAnswers.pieces(whole, seed)));
      ObjectNode expected = (ObjectNode) Assembled.json(body(dialect, whole));
      int call = 0;
      for (JsonNode block : expected.path("content")) {
        if (block.has("input")) {
          String arguments =
              whole.getChoices(0).getMessage().getToolCalls(call++).getArgumentsJson();
          assertThat(body(dialect, whole)).contains("\"input\":" + arguments);
          ((ObjectNode) block).put("input", arguments);
        }
      }
      assertThat(streamed).as("seed " + seed).isEqualTo(expected);
    }
  }

  @Test
  void responsesStream_tellsTheWholeResponse_howeverItIsCut() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ChatResponse whole = RandomAnswers.whole(seed);
      Dialect dialect = Dialect.DIALECT_OPENAI_RESPONSES;
      JsonNode streamed = Assembled.response(sse(dialect, RandomAnswers.pieces(whole, seed)));
      assertThat(streamed).as("seed " + seed).isEqualTo(Assembled.json(body(dialect, whole)));
    }
  }

  @Test
  void interleavedCalls_areToldOneAfterTheOther_byteForByte() {
    List<ChatDelta> pieces =
        List.of(
            call(0, "a", ""),
            call(1, "b", ""),
            call(0, "", "{\"x\":"),
            call(1, "", "{\"y\":\"}"),
            call(0, "", "1}"),
            call(1, "", "\"}"));
    ObjectNode message = Assembled.message(sse(Dialect.DIALECT_ANTHROPIC_MESSAGES, pieces));
    assertThat(message.path("content").get(0).path("input").asText()).isEqualTo("{\"x\":1}");
    assertThat(message.path("content").get(1).path("input").asText()).isEqualTo("{\"y\":\"}\"}");
    assertThat(message.path("stop_reason").asText()).isEqualTo("tool_use");
  }

  @Test
  void callsThatFollowEachOther_areToldAsTheyCome() {
    AnswerEncoder encoder = encoder(Dialect.DIALECT_ANTHROPIC_MESSAGES);
    List<RawEvents> told = new ArrayList<>();
    EventWriter writer = new EventWriter(Dialect.DIALECT_ANTHROPIC_MESSAGES, told::add);
    for (ChatDelta piece : List.of(call(0, "a", "{}"), call(1, "b", ""), call(1, "", "{\"q"))) {
      encoder.delta(piece, writer);
      writer.flush();
    }
    assertThat(told).hasSize(3);
    assertThat(told.getLast().getSse().toStringUtf8()).contains("\"partial_json\":\"{\\\"q\"");
  }

  private static ChatDelta call(int index, String name, String arguments) {
    ToolCallDelta.Builder call =
        ToolCallDelta.newBuilder().setIndex(index).setArgumentsJson(arguments);
    if (!name.isEmpty()) {
      call.setId("id-" + name).setName(name);
    }
    return ChatDelta.newBuilder().setToolCall(call).build();
  }

  @Test
  void cachedTokens_areInsideOpenAisPrompt_andOutsideAnthropics() {
    ChatResponse whole = RandomAnswers.whole(1);
    JsonNode anthropic = Assembled.json(body(Dialect.DIALECT_ANTHROPIC_MESSAGES, whole));
    assertThat(anthropic.path("usage"))
        .isEqualTo(
            Assembled.json(
                "{\"input_tokens\":50,\"cache_creation_input_tokens\":20,"
                    + "\"cache_read_input_tokens\":30,\"output_tokens\":9}"));
    JsonNode chat = Assembled.json(body(Dialect.DIALECT_OPENAI_CHAT, whole));
    assertThat(chat.path("usage"))
        .isEqualTo(
            Assembled.json(
                "{\"prompt_tokens\":100,\"completion_tokens\":9,\"total_tokens\":109,"
                    + "\"prompt_tokens_details\":{\"cached_tokens\":30,\"cache_write_tokens\":20},"
                    + "\"completion_tokens_details\":{\"reasoning_tokens\":4}}"));
    JsonNode responses = Assembled.json(body(Dialect.DIALECT_OPENAI_RESPONSES, whole));
    assertThat(responses.path("usage").path("input_tokens").asInt()).isEqualTo(100);
    assertThat(responses.path("usage").path("output_tokens_details").path("reasoning_tokens"))
        .isEqualTo(Assembled.json("4"));
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, stop, stop, end_turn, completed",
    "LENGTH, length, length, max_tokens, incomplete",
    "TOOL_CALLS, tool_calls, stop, tool_use, completed",
    "CONTENT_FILTER, content_filter, content_filter, refusal, incomplete",
    "REFUSAL, content_filter, content_filter, refusal, incomplete",
    "UNSPECIFIED, stop, stop, end_turn, completed"
  })
  void finishReason_isSaidInTheDialectsWords(
      String reason, String chat, String completions, String messages, String responses) {
    FinishReason finish = FinishReason.valueOf("FINISH_REASON_" + reason);
    ChatResponse response =
        ChatResponse.newBuilder()
            .addChoices(
                Choice.newBuilder()
                    .setFinishReason(finish)
                    .setMessage(Message.newBuilder().addContent(Parts.text("x"))))
            .build();
    assertThat(choice(Dialect.DIALECT_OPENAI_CHAT, response)).isEqualTo(chat);
    assertThat(choice(Dialect.DIALECT_OPENAI_COMPLETIONS, response)).isEqualTo(completions);
    JsonNode message = Assembled.json(body(Dialect.DIALECT_ANTHROPIC_MESSAGES, response));
    assertThat(message.path("stop_reason").asText()).isEqualTo(messages);
    JsonNode whole = Assembled.json(body(Dialect.DIALECT_OPENAI_RESPONSES, response));
    assertThat(whole.path("status").asText()).isEqualTo(responses);
    List<ChatDelta> pieces =
        List.of(
            ChatDelta.newBuilder().setText("x").build(),
            ChatDelta.newBuilder().setFinishReason(finish).build());
    assertThat(sse(Dialect.DIALECT_OPENAI_CHAT, pieces))
        .contains("\"finish_reason\":\"" + chat + "\"");
    assertThat(sse(Dialect.DIALECT_ANTHROPIC_MESSAGES, pieces))
        .contains("\"stop_reason\":\"" + messages + "\"");
  }

  private static String choice(Dialect dialect, ChatResponse response) {
    return Assembled.json(body(dialect, response))
        .path("choices")
        .get(0)
        .path("finish_reason")
        .asText();
  }

  @Test
  void refusalWithWords_isAnOrdinaryEndInChat() {
    ChatResponse response =
        ChatResponse.newBuilder()
            .addChoices(
                Choice.newBuilder()
                    .setFinishReason(FinishReason.FINISH_REASON_REFUSAL)
                    .setMessage(Message.newBuilder().addContent(Parts.refusal("no"))))
            .build();
    JsonNode choice =
        Assembled.json(body(Dialect.DIALECT_OPENAI_CHAT, response)).path("choices").get(0);
    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    assertThat(choice.path("message").path("refusal").asText()).isEqualTo("no");
    assertThat(choice.path("message").path("content").isNull()).isTrue();
  }

  @Test
  void brokenArguments_staySeen_whereAnObjectIsExpected() {
    ChatResponse response =
        ChatResponse.newBuilder()
            .addChoices(
                Choice.newBuilder()
                    .setMessage(
                        Message.newBuilder()
                            .addToolCalls(
                                ToolCall.newBuilder().setName("f").setArgumentsJson("{\"a\":"))))
            .build();
    JsonNode block =
        Assembled.json(body(Dialect.DIALECT_ANTHROPIC_MESSAGES, response)).path("content").get(0);
    assertThat(block.path("input").path("arguments").asText()).isEqualTo("{\"a\":");
    assertThat(block.path("id").asText()).startsWith("toolu_abc");
  }

  @Test
  void chatChunks_haveEachChoicesRoleOnce_andUsageInTheLastOne() {
    List<ChatDelta> pieces =
        List.of(
            ChatDelta.newBuilder().setChoiceIndex(1).setText("b").build(),
            ChatDelta.newBuilder().setText("a").build(),
            ChatDelta.newBuilder().setText("c").build(),
            ChatDelta.newBuilder()
                .setChoiceIndex(1)
                .setFinishReason(FinishReason.FINISH_REASON_STOP)
                .build(),
            ChatDelta.newBuilder().setFinishReason(FinishReason.FINISH_REASON_LENGTH).build());
    List<RawEvents> events = stream(Dialect.DIALECT_OPENAI_CHAT, pieces);
    assertThat(events.getLast().getKind()).isEqualTo(RawEvents.Kind.KIND_USAGE);
    List<JsonNode> chunks = Assembled.events(sse(Dialect.DIALECT_OPENAI_CHAT, pieces));
    assertThat(chunks).hasSize(8);
    assertThat(chunks.getLast().path("choices")).isEmpty();
    assertThat(chunks.getLast().path("usage").path("total_tokens").asInt()).isEqualTo(109);
    assertThat(chunks.stream().filter(c -> c.toString().contains("\"role\""))).hasSize(2);
  }

  @Test
  void emptyAnswer_isStillAnAnswer_inEveryDialect() {
    for (Dialect dialect : ClientDialect.ALL) {
      String sse = sse(dialect, List.of());
      assertThat(Assembled.events(sse)).as(dialect.name()).hasSizeGreaterThanOrEqualTo(2);
      assertThat(body(dialect, ChatResponse.getDefaultInstance())).startsWith("{\"id\":");
    }
    JsonNode message = Assembled.message(sse(Dialect.DIALECT_ANTHROPIC_MESSAGES, List.of()));
    assertThat(message.path("stop_reason").asText()).isEqualTo("end_turn");
  }
}
