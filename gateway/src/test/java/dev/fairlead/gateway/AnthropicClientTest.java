package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.PermissionDeniedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolUseBlock;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Anthropic's own client: tools, streams with silence in them, and what it makes of failures. */
class AnthropicClientTest {

  private static final String TOOL_ANSWER =
      "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"up\",\"content\":[{\"type\":"
          + "\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\",\"input\":{\"city\":\"Oslo\"}}],"
          + "\"stop_reason\":\"tool_use\",\"stop_sequence\":null,"
          + "\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}";
  private static final List<String> EVENTS =
      List.of(
          event(
              "message_start",
              "\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"up\","
                  + "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
                  + "\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}"),
          event(
              "content_block_start",
              "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
          event(
              "content_block_delta",
              "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"ok\"}"),
          event("content_block_stop", "\"index\":0"),
          event(
              "message_delta",
              "\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},"
                  + "\"usage\":{\"output_tokens\":2}"));

  private static FakeBackends backends;
  private static AnthropicClient anthropic;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("streams: {keep_alive: 30ms, begin_within: 60ms}\n");
    await().until(backends.node::ready);
    anthropic =
        AnthropicOkHttpClient.builder()
            .baseUrl(backends.url(""))
            .apiKey("any")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    anthropic.close();
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
    backends.provider.bodies.put(
        Dialect.DIALECT_ANTHROPIC_MESSAGES, DialectEdgeTest.Case.MESSAGES.answer);
  }

  private static String event(String type, String members) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
  }

  private static MessageCreateParams.Builder message(String text) {
    return MessageCreateParams.builder().model("large").maxTokens(50).addUserMessage(text);
  }

  private static Tool weather() {
    return Tool.builder()
        .name("weather")
        .inputSchema(
            Tool.InputSchema.builder()
                .properties(JsonValue.from(Map.of("city", Map.of("type", "string"))))
                .build())
        .build();
  }

  @Test
  void tools_goThereAndBack_overTwoTurns() {
    backends.provider.bodies.put(Dialect.DIALECT_ANTHROPIC_MESSAGES, TOOL_ANSWER);
    backends.provider.finishReason = dev.fairlead.v1.FinishReason.FINISH_REASON_TOOL_CALLS;
    Message asked = anthropic.messages().create(message("weather?").addTool(weather()).build());
    ToolUseBlock call = asked.content().getFirst().asToolUse();
    assertThat(call.name()).isEqualTo("weather");
    MessageCreateParams second =
        message("weather?")
            .addTool(weather())
            .addMessage(asked)
            .addUserMessageOfContentBlockParams(
                List.of(
                    com.anthropic.models.messages.ContentBlockParam.ofToolResult(
                        com.anthropic.models.messages.ToolResultBlockParam.builder()
                            .toolUseId(call.id())
                            .content("rain")
                            .build())))
            .build();
    backends.provider.bodies.put(
        Dialect.DIALECT_ANTHROPIC_MESSAGES, DialectEdgeTest.Case.MESSAGES.answer);
    Message told = anthropic.messages().create(second).validate();
    assertThat(told.content().getFirst().asText().text()).isEqualTo("ok");
    assertThat(backends.provider.calls.get(1).getRaw().getBody().toStringUtf8())
        .contains("toolu_1", "rain");
  }

  @Test
  void stream_isReadToItsEnd_throughPingsBeforeAndAmongItsEvents() throws Exception {
    backends.provider.live = true;
    MessageAccumulator whole = MessageAccumulator.create();
    List<RawMessageStreamEvent> told = new ArrayList<>();
    CompletableFuture<Void> reading =
        CompletableFuture.runAsync(() -> {
          try (StreamResponse<RawMessageStreamEvent> stream =
              anthropic.messages().createStreaming(message("slow").build())) {
            stream.stream().peek(whole::accumulate).forEach(told::add);
          }
        });
    await().until(() -> !backends.provider.upstreams.isEmpty());
    LiveUpstream upstream = backends.provider.upstreams.getFirst();
    try (RawStream witness =
        RawStream.post(
            backends.node.httpPort(),
            "/v1/messages",
            "{\"model\":\"large\",\"max_tokens\":50,\"stream\":true,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"witness\"}]}")) {
      await().until(() -> backends.provider.upstreams.size() == 2);
      LiveUpstream other = backends.provider.upstreams.get(1);
      int pings = 0;
      for (String event : EVENTS) {
        // Both clients are silent for as long; this one's pings can be counted.
        int wanted = pings + 2;
        await().until(() -> witness.text().split("event: ping", -1).length - 1 >= wanted);
        upstream.events(event, 1);
        other.events(event, 1);
        pings = witness.text().split("event: ping", -1).length - 1;
      }
      upstream.finish();
      other.finish();
      reading.get(20, TimeUnit.SECONDS);
    }
    assertThat(whole.message().validate().content().getFirst().asText().text()).isEqualTo("ok");
    assertThat(told.getLast().isMessageStop()).isTrue();
  }

  @Test
  void errorInAStream_isThrown_andNotTakenForItsEnd() {
    backends.provider.failure = new Failure.UpstreamMalformed("cut");
    backends.provider.failMidStream = true;
    try (StreamResponse<RawMessageStreamEvent> stream =
        anthropic.messages().createStreaming(message("cut").build())) {
      assertThatThrownBy(() -> stream.stream().toList())
          .isInstanceOf(AnthropicServiceException.class);
    }
  }

  @Test
  void countTokens_grows_withSystemAndTools() {
    MessageCountTokensParams.Builder params =
        MessageCountTokensParams.builder().model("small").addUserMessage("hi there");
    long bare = anthropic.messages().countTokens(params.build()).inputTokens();
    long more =
        anthropic
            .messages()
            .countTokens(params.system("You are a poet.").addTool(weather()).build())
            .inputTokens();
    assertThat(more).isGreaterThan(bare);
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void failures_areTheClientsOwn_withARequestId() {
    backends.provider.failure = new Failure.Forbidden("not yours");
    assertThatThrownBy(() -> anthropic.messages().create(message("hi").build()))
        .isInstanceOfSatisfying(
            PermissionDeniedException.class,
            error -> assertThat(error.headers().values("request-id")).hasSize(1));
    backends.provider.failure = null;
    assertThatThrownBy(() -> anthropic.messages().create(message("hi").model("none").build()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("not_found_error");
    assertThatThrownBy(() -> anthropic.models().retrieve("none"))
        .isInstanceOf(NotFoundException.class);
  }
}
