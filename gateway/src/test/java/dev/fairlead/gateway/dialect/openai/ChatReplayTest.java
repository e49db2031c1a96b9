package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure.UpstreamMalformed;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.CachedReplay;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.SseText;
import dev.fairlead.gateway.dialect.json.RandomJson;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatReplayTest {

  private static final ObjectMapper MAPPER = AnswerJson.MAPPER;
  private static final OpenAiChatCodec CODEC = new OpenAiChatCodec(ScanLimits.DEFAULT);

  @Test
  void answer_isToldAsALiveStreamWouldTellIt_whenReplayed() throws IOException {
    List<JsonNode> chunks =
        chunks(
            replay(
                """
                {"id":"chatcmpl-1","object":"chat.completion","created":17,"model":"m","system_fingerprint":"fp",
                 "choices":[{"index":0,"message":{"role":"assistant","content":"Hello you","refusal":null},
                   "logprobs":null,"finish_reason":"stop"}],
                 "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\
                """,
                new CachedReplay(null, null, null, 4)));
    assertThat(chunks).hasSize(5);
    assertThat(chunks)
        .allSatisfy(chunk -> {
          assertThat(chunk.get("id").textValue()).isEqualTo("chatcmpl-1");
          assertThat(chunk.get("object").textValue()).isEqualTo("chat.completion.chunk");
          assertThat(chunk.get("created").intValue()).isEqualTo(17);
          assertThat(chunk.get("model").textValue()).isEqualTo("m");
          assertThat(chunk.has("usage")).isFalse();
        });
    assertThat(delta(chunks.get(0)))
        .isEqualTo(json("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}"));
    assertThat(delta(chunks.get(1))).isEqualTo(json("{\"content\":\"Hell\"}"));
    assertThat(delta(chunks.get(2))).isEqualTo(json("{\"content\":\"o yo\"}"));
    assertThat(delta(chunks.get(3))).isEqualTo(json("{\"content\":\"u\"}"));
    assertThat(delta(chunks.get(4))).isEqualTo(json("{}"));
    assertThat(chunks.get(3).at("/choices/0/finish_reason").isNull()).isTrue();
    assertThat(chunks.get(4).at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
  }

  @Test
  void usage_isKeptApart_whenReplayed() throws IOException {
    RawEventStream stream =
        replay(
            "{\"id\":\"a\",\"choices\":[{\"message\":{\"content\":\"x\"}}],\"usage\":{\"total_tokens\":3}}",
            CachedReplay.AS_STORED);
    JsonNode usage = json(SseText.data(stream.getUsageSse().toByteArray()).getFirst());
    assertThat(usage.get("choices")).isEmpty();
    assertThat(usage.at("/usage/total_tokens").intValue()).isEqualTo(3);
    assertThat(
            replay("{\"choices\":[{\"message\":{}}]}", CachedReplay.AS_STORED)
                .getUsageSse()
                .isEmpty())
        .isTrue();
  }

  @Test
  void toolCall_isToldOnceWithItsName_andThenInPieces() throws IOException {
    List<JsonNode> chunks =
        chunks(
            replay(
                """
                {"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[
                 {"id":"c1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}]},
                 "finish_reason":"tool_calls"}]}\
                """,
                new CachedReplay(null, null, null, 4)));
    assertThat(delta(chunks.get(0))).isEqualTo(json("{\"role\":\"assistant\",\"content\":null}"));
    assertThat(delta(chunks.get(1)))
        .isEqualTo(
            json(
                "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}"));
    assertThat(delta(chunks.get(2)))
        .isEqualTo(
            json("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\"\"}}]}"));
  }

  @Test
  void replay_takesNewIdentity_whenGiven() throws IOException {
    RawEventStream stream =
        replay(
            "{\"id\":\"a\",\"choices\":[{\"message\":{\"content\":\"x\"}}]}",
            new CachedReplay("b", 99L, "auto", 8));
    assertThat(chunks(stream))
        .allMatch(chunk ->
            chunk.get("id").textValue().equals("b")
                && chunk.get("created").intValue() == 99
                && chunk.get("model").textValue().equals("auto"));
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 40, 500})
  void answer_isTheSame_afterReplayAndAssembly(long seed) throws IOException {
    RandomJson random = new RandomJson(seed);
    for (int i = 0; i < 200; i++) {
      ObjectNode answer = answer(random);
      int piece = 1 + random.random().nextInt(9);
      RawAnswer raw = raw(MAPPER.writeValueAsString(answer));
      RawAnswer again =
          CODEC.toComplete(CODEC.toEvents(raw, new CachedReplay(null, null, null, piece)));
      assertThat(json(again.getBody().toStringUtf8()))
          .isEqualTo(json(raw.getBody().toStringUtf8()));
    }
  }

  @Test
  void liveStream_isAssembled_whenChoicesAndCallsInterleave() throws IOException {
    String sse =
        """
        : keep-alive

        data: {"id":"a","object":"chat.completion.chunk","created":1,"model":"m","obfuscation":"zz","choices":[
        data:  {"index":1,"delta":{"role":"assistant","content":"B"},"finish_reason":null}],"usage":null}

        data:{"id":"a","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"hm","tool_calls":[
        data:{"index":1,"id":"y","type":"function","function":{"name":"g","arguments":""}},
        data:{"index":0,"id":"x","type":"function","function":{"name":"f","arguments":"{"}}]}}]}

        data: {"id":"a","choices":[{"index":0,"delta":{"reasoning_content":"m",
        data: "tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}

        data: {"id":"a","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,
        data: "id":"y","function":{"name":"g","arguments":"[]"}}]},
        data: "logprobs":{"content":[{"token":"a"}]}}]}

        data: {"id":"a","choices":[{"index":1,"delta":{"content":"C"},
        data: "finish_reason":"stop","logprobs":{"content":[1.50]}}]}

        data: {"id":"a","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"},
        data: {"index":1,"delta":{},"logprobs":{"content":[2]}}]}

        """;
    RawEventStream stream =
        RawEventStream.newBuilder()
            .setDialect(Dialect.DIALECT_OPENAI_CHAT)
            .setSse(ByteString.copyFromUtf8(sse))
            .setUsageSse(
                ByteString.copyFromUtf8(
                    "data: {\"id\":\"a\",\"choices\":[],\"usage\":{\"total_tokens\":7}}\r\n\r\n"))
            .build();
    assertThat(json(CODEC.toComplete(stream).getBody().toStringUtf8()))
        .isEqualTo(
            json(
                """
                {"id":"a","object":"chat.completion","created":1,"model":"m","choices":[
                 {"index":0,"message":{"role":"assistant","content":null,"reasoning_content":"hmm","tool_calls":[
                   {"id":"x","type":"function","function":{"name":"f","arguments":"{}"}},
                   {"id":"y","type":"function","function":{"name":"g","arguments":"[]"}}]},
                  "logprobs":{"content":[{"token":"a"}]},"finish_reason":"tool_calls"},
                 {"index":1,"message":{"role":"assistant","content":"BC"},
                  "logprobs":{"content":[1.50,2]},"finish_reason":"stop"}],
                 "usage":{"total_tokens":7}}\
                """));
  }

  @Test
  void assembly_keepsUnpairedSurrogates_whenAnUpstreamSendsThem() throws IOException {
    RawEventStream stream =
        RawEventStream.newBuilder()
            .setSse(
                ByteString.copyFromUtf8(
                    "data: {\"choices\":[{\"delta\":{\"content\":\"\\ud83d\"}}]}\n\n"
                        + "data: {\"choices\":[{\"delta\":{\"content\":\"\\ude00\\ud800\"}}]}\n\n"))
            .build();
    JsonNode answer = json(CODEC.toComplete(stream).getBody().toStringUtf8());
    assertThat(answer.at("/choices/0/message/content").textValue()).isEqualTo("\uD83D\uDE00\uD800");
  }

  @Test
  void longAnswer_isAssembledWhole_fromManyPieces() throws IOException {
    String event = "data: {\"choices\":[{\"delta\":{\"content\":\"0123456789\"}}]}\n\n";
    RawEventStream stream =
        RawEventStream.newBuilder().setSse(ByteString.copyFromUtf8(event.repeat(20_000))).build();
    assertThat(
            json(CODEC.toComplete(stream).getBody().toStringUtf8())
                .at("/choices/0/message/content")
                .textValue())
        .hasSize(200_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "[]", "{}", "{\"choices\":[]}", "{\"choices\":[{}]}", "{\"choices\":1}"})
  void storedAnswer_isRefused_whenNotOfTheDialect(String body) {
    malformed(() -> CODEC.toEvents(raw(body), CachedReplay.AS_STORED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "data: x\n\n",
        "data: []\n\n",
        "data: [DONE]\n\n",
        "data: {\"choices\":[]}\n\n",
        "data: {\"error\":{\"message\":\"m\"},\"choices\":[{\"delta\":{}}]}\n\n"
      })
  void storedEvents_areRefused_whenNotOfTheDialect(String sse) {
    malformed(() ->
        CODEC.toComplete(RawEventStream.newBuilder().setSse(ByteString.copyFromUtf8(sse)).build()));
  }

  private static void malformed(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure()).isInstanceOf(UpstreamMalformed.class));
  }

  private static ObjectNode answer(RandomJson json) {
    Random random = json.random();
    ObjectNode answer = MAPPER.createObjectNode();
    answer.put("id", "chatcmpl-" + random.nextInt()).put("object", "chat.completion");
    answer.put("created", random.nextInt(1_000_000)).put("model", json.text(5));
    answer.set("x_unknown", MAPPER.valueToTree(json.object(2)));
    ArrayNode choices = answer.putArray("choices");
    for (int i = 0; i <= random.nextInt(3); i++) {
      choice(json, choices.addObject().put("index", i));
    }
    if (random.nextBoolean()) {
      answer
          .putObject("usage")
          .put("prompt_tokens", random.nextInt(9))
          .put("completion_tokens", random.nextInt(9));
    }
    return answer;
  }

  private static void choice(RandomJson json, ObjectNode choice) {
    Random random = json.random();
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    message.put("content", random.nextBoolean() ? json.text(40) : null);
    message.put("refusal", random.nextBoolean() ? json.text(20) : null);
    if (random.nextBoolean()) {
      message.put("reasoning_content", json.text(30));
      message.set("annotations", MAPPER.valueToTree(List.of(json.object(1))));
    }
    ArrayNode calls = MAPPER.createArrayNode();
    for (int i = random.nextInt(3); i > 0; i--) {
      ObjectNode call = calls.addObject().put("id", "call_" + i).put("type", "function");
      call.putObject("function").put("name", "f" + i).put("arguments", json.text(25));
    }
    if (!calls.isEmpty()) {
      message.set("tool_calls", calls);
    }
    choice.putNull("logprobs");
    if (random.nextInt(3) == 0) {
      ArrayNode tokens = choice.putObject("logprobs").putArray("content");
      tokens.addObject().put("token", json.text(3)).put("logprob", -random.nextDouble());
    }
    choice.put("finish_reason", calls.isEmpty() ? "stop" : "tool_calls");
  }

  private static RawEventStream replay(String answer, CachedReplay replay) {
    return CODEC.toEvents(raw(answer), replay);
  }

  private static RawAnswer raw(String body) {
    return RawAnswer.newBuilder()
        .setDialect(Dialect.DIALECT_OPENAI_CHAT)
        .setBody(ByteString.copyFrom(body, UTF_8))
        .build();
  }

  private static List<JsonNode> chunks(RawEventStream stream) throws IOException {
    List<JsonNode> chunks = new ArrayList<>();
    for (String data : SseText.data(stream.getSse().toByteArray())) {
      chunks.add(json(data));
    }
    return chunks;
  }

  private static JsonNode delta(JsonNode chunk) {
    return chunk.at("/choices/0/delta");
  }

  private static JsonNode json(String text) throws IOException {
    return MAPPER.readTree(text);
  }
}
