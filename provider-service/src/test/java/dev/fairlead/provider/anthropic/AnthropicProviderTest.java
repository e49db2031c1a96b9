package dev.fairlead.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.SseVendorContract;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.http.HttpProtocol;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnthropicProviderTest extends SseVendorContract {

  private static final String KEY = "sk-ant-canary";
  private static final Pattern MODEL = Pattern.compile("\"model\" ?: ?\"([^\"]*)\"");
  private static final String USAGE =
      "{\"input_tokens\":9,\"cache_creation_input_tokens\":3,\"cache_read_input_tokens\":5,"
          + "\"output_tokens\":1}";

  private static RawUpstream vendor;
  private static ClientFactory factory;
  private static ModelProvider provider;

  @BeforeAll
  static void start() {
    vendor = RawUpstream.start(AnthropicProviderTest::play);
    factory = ClientFactory.builder().build();
    provider = at(vendor.baseUrl());
  }

  @AfterAll
  static void stop() {
    factory.close();
    vendor.close();
  }

  private static ModelProvider at(String root) {
    return new AnthropicProvider(
        "claude",
        new AnthropicConfig(root, new Secret(KEY), HttpProtocol.AUTO),
        new LimitSettings(10, ANSWER_BYTES, EVENT_BYTES),
        factory);
  }

  private static Answer play(RawUpstream.Request request) {
    Matcher model = MODEL.matcher(request.body());
    String script = model.find() ? model.group(1) : "";
    boolean streamed = request.body().contains("\"stream\":true");
    return switch (script) {
      case "stall" -> {
        List<String> events = events("\"usage\":" + USAGE, true, "Hello", " world");
        yield Answer.openEvents(events.get(0), events.get(1));
      }
      case "tools" -> Answer.events(toolEvents(false));
      case "two-tools" ->
          streamed ? Answer.events(toolEvents(true)) : Answer.json(200, "", toolMessage());
      case "thoughts" -> streamed ? Answer.events(thoughts()) : Answer.json(200, "", thoughtful());
      default ->
          streamed
              ? Answer.events(
                  events("\"usage\":" + USAGE, true, "Hello", " world").toArray(String[]::new))
              : Answer.json(
                  200,
                  "request-id: req_1\r\nanthropic-ratelimit-unified-status: allowed\r\n"
                      + "anthropic-ratelimit-requests-remaining: 41\r\nset-cookie: s=1\r\n",
                  message("{\"type\":\"text\",\"text\":\"Hello world\"}", "end_turn"));
    };
  }

  private static String message(String blocks, String reason) {
    return "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":["
        + blocks
        + "],\"stop_reason\":\""
        + reason
        + "\",\"stop_sequence\":null,\"x_unknown\":[1, 2.50],\"usage\":"
        + USAGE.replace("\"output_tokens\":1", "\"output_tokens\":7")
        + "}";
  }

  private static String event(String type, String members) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + members + "}\n\n";
  }

  private static String block(int index, String type, String delta) {
    return event("content_block_" + type, ",\"index\":" + index + delta);
  }

  private static List<String> events(String started, boolean usage, String... pieces) {
    List<String> events = new ArrayList<>();
    events.add(
        event(
                "message_start",
                ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","
                    + "\"content\":[],\"stop_reason\":null"
                    + (started.isEmpty() ? "" : "," + started)
                    + "}")
            + block(0, "start", ",\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
            + event("ping", ""));
    for (String piece : pieces) {
      events.add(
          block(0, "delta", ",\"delta\":{\"type\":\"text_delta\",\"text\":\"" + piece + "\"}"));
    }
    events.add(
        block(0, "stop", "")
            + event(
                "message_delta",
                ",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null}"
                    + (usage ? ",\"usage\":{\"output_tokens\":7}" : "")));
    events.add(event("message_stop", ""));
    return events;
  }

  private static String toolMessage() {
    return message(
        "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\","
            + "\"input\":{\"city\":\"Oslo\",\"n\":1.50}}",
        "tool_use");
  }

  private static String[] toolEvents(boolean two) {
    String head = events("\"usage\":" + USAGE, true).getFirst().split("event: content")[0];
    return new String[] {
      head,
      block(0, "start", tool("toolu_1", "weather")),
      block(0, "delta", json("")),
      block(0, "delta", json("{\\\"city\\\":")),
      block(0, "delta", json("\\\"Oslo\\\"}")),
      block(0, "stop", ""),
      two ? block(1, "start", tool("toolu_2", "now")) + block(1, "stop", "") : event("ping", ""),
      event(
          "message_delta",
          ",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":7}"),
      event("message_stop", "")
    };
  }

  private static String tool(String id, String name) {
    return ",\"content_block\":{\"type\":\"tool_use\",\"id\":\""
        + id
        + "\",\"name\":\""
        + name
        + "\",\"input\":{}}";
  }

  private static String json(String partial) {
    return ",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"" + partial + "\"}";
  }

  private static String thoughtful() {
    return message(
        "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"c2ln+/=\"},"
            + "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"b21pdA==\"},"
            + "{\"type\":\"redacted_thinking\",\"data\":\"ZGF0YQ==\"},"
            + "{\"type\":\"text\",\"text\":\"yes\"}",
        "end_turn");
  }

  private static String[] thoughts() {
    String thinking =
        ",\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}";
    return new String[] {
      events("\"usage\":" + USAGE, true).getFirst().split("event: content")[0],
      block(0, "start", thinking),
      block(0, "delta", ",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}"),
      block(0, "delta", ",\"delta\":{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}"),
      block(0, "delta", ",\"delta\":{\"type\":\"signature_delta\",\"signature\":\"+/=\"}"),
      block(0, "stop", ""),
      block(1, "start", thinking),
      block(1, "delta", ",\"delta\":{\"type\":\"signature_delta\",\"signature\":\"b21pdA==\"}"),
      block(1, "stop", ""),
      block(
          2, "start", ",\"content_block\":{\"type\":\"redacted_thinking\",\"data\":\"ZGF0YQ==\"}"),
      block(2, "stop", ""),
      block(3, "start", ",\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
      block(3, "delta", ",\"delta\":{\"type\":\"text_delta\",\"text\":\"yes\"}"),
      block(3, "stop", ""),
      event(
          "message_delta",
          ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}"),
      event("message_stop", "")
    };
  }

  @Override
  protected ModelProvider provider() {
    return provider;
  }

  @Override
  protected ModelProvider provider(String root) {
    return at(root);
  }

  @Override
  protected String upstream() {
    return "ok";
  }

  @Override
  protected String toolUpstream() {
    return "tools";
  }

  @Override
  protected String endlessUpstream() {
    return "stall";
  }

  @Override
  protected boolean vendorSawCancellation() {
    return vendor.callersLeft() > 0;
  }

  @Override
  protected String requestIdHeader() {
    return "request-id";
  }

  @Override
  protected String key() {
    return KEY;
  }

  @Override
  protected String answer(String text, boolean usage) {
    String whole = message("{\"type\":\"text\",\"text\":\"" + text + "\"}", "end_turn");
    return usage ? whole : whole.substring(0, whole.indexOf(",\"usage\"")) + "}";
  }

  @Override
  protected List<String> stream(boolean usage, String... pieces) {
    return events(usage ? "\"usage\":" + USAGE : "", usage, pieces);
  }

  @Override
  protected String error(int status, String message) {
    String type = status < 500 ? "invalid_request_error" : "api_error";
    return "{\"type\":\"error\",\"error\":{\"type\":\""
        + type
        + "\",\"message\":\""
        + message
        + "\"},\"request_id\":\"req_1\"}";
  }

  @Override
  protected String errorEvent() {
    return "event: error\ndata: "
        + error(529, "Overloaded").replace("api_error", "overloaded_error")
        + "\n\n";
  }

  @Test
  void request_carriesKeyVersionAndBeta_andItsOwnBytes() {
    String json =
        "{ \"model\" : \"auto\", \"fairlead\": {\"policy\":\"cheapest\"}, \"max_tokens\":64,"
            + " \"system\":[{\"type\":\"text\",\"text\":\"é\",\"cache_control\":{\"type\":\"ephemeral\"}}],"
            + " \"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\","
            + "\"thinking\":\"\\u00e9\",\"signature\":\"c2ln\"}]}], \"x_new\":"
            + " 12345678901234567890.10 }";
    RequestForm form = new RequestForm.Raw(Spans.raw(Dialect.DIALECT_ANTHROPIC_MESSAGES, json));
    ModelCall plain = call("ok", form, false);
    ModelCall call =
        new ModelCall(
            plain.model(),
            form,
            false,
            0,
            Map.of(
                "anthropic-beta", "a-2025,b-2026",
                "anthropic-version", "2099-01-01",
                "x-api-key", "of-the-client",
                "authorization", "Bearer of-the-client"),
            Duration.ofMinutes(1),
            false,
            Context.root());
    RecordedAnswer answer = new RecordedAnswer();
    provider.open(call, answer);
    answer.await().completion();
    assertThat(vendor.last().head())
        .startsWith("POST /v1/messages HTTP/1.1\r\n")
        .containsIgnoringCase("x-api-key: " + KEY)
        .containsIgnoringCase("anthropic-beta: a-2025,b-2026")
        .containsIgnoringCase("anthropic-version: 2099-01-01")
        .doesNotContain("of-the-client");
    assertThat(vendor.last().body())
        .isEqualTo(
            json.replace("\"auto\"", "\"ok\"")
                .replace("\"fairlead\": {\"policy\":\"cheapest\"}, ", ""));
    run("ok", raw("hi"), true);
    assertThat(vendor.last().head()).containsIgnoringCase("anthropic-version: 2023-06-01");
  }

  @Test
  void body_isForwardedUnchanged_andUsageIsCountedOurWay() {
    RecordedAnswer answer = run("ok", raw("hi"), false);
    AnswerPart.Body body = (AnswerPart.Body) answer.parts().getFirst();
    assertThat(body.answer().getBody().toStringUtf8()).contains("\"x_unknown\":[1, 2.50]");
    assertThat(answer.completion().usage().promptTokens()).isEqualTo(17);
    assertThat(answer.completion().usage().cachedPromptTokens()).isEqualTo(5);
    assertThat(answer.completion().usage().cacheWriteTokens()).isEqualTo(3);
    assertThat(answer.completion().usage().completionTokens()).isEqualTo(7);
    assertThat(answer.completion().usage().estimated()).isFalse();
    assertThat(answer.completion().headers())
        .containsOnlyKeys(
            "x-fairlead-upstream-request-id",
            "anthropic-ratelimit-unified-status",
            "anthropic-ratelimit-requests-remaining");
  }

  @Test
  void stream_isForwardedUnchanged_withPings_butWithoutItsEnd() {
    RecordedAnswer answer = run("ok", raw("hi"), true);
    List<String> sent = events("\"usage\":" + USAGE, true, "Hello", " world");
    assertThat(answer.sse()).isEqualTo(String.join("", sent.subList(0, sent.size() - 1)));
    assertThat(answer.sse()).contains("event: ping");
    assertThat(answer.completion().usage().promptTokens()).isEqualTo(17);
    assertThat(answer.completion().usage().completionTokens()).isEqualTo(7);
    assertThat(answer.completion().usage().estimated()).isFalse();
  }

  @Test
  void thoughts_areKeptByteForByte_inBothForms() {
    RecordedAnswer whole = run("thoughts", new RequestForm.Typed(typedRequest("hi")), false);
    Message message =
        ((AnswerPart.Response) whole.parts().getFirst()).response().getChoices(0).getMessage();
    assertThat(message.getContentList())
        .filteredOn(ContentPart::hasReasoning)
        .extracting(part -> part.getReasoning().getSignature().toStringUtf8())
        .containsExactly("c2ln+/=", "omitted:b21pdA==", "ZGF0YQ==");
    RecordedAnswer streamed = run("thoughts", new RequestForm.Typed(typedRequest("hi")), true);
    assertThat(streamed.deltas())
        .filteredOn(ChatDelta::hasReasoningSignature)
        .extracting(delta -> delta.getReasoningSignature().toStringUtf8())
        .containsExactly("c2ln+/=", "omitted:b21pdA==", "ZGF0YQ==");
    assertThat(streamed.deltas().getFirst().getReasoning()).isEqualTo("hm");
    run(
        "ok",
        new RequestForm.Typed(typedRequest("hi").toBuilder().addMessages(message).build()),
        false);
    assertThat(vendor.last().body())
        .contains(
            "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"c2ln+/=\"},"
                + "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"b21pdA==\"},"
                + "{\"type\":\"redacted_thinking\",\"data\":\"ZGF0YQ==\"}");
  }

  @Test
  void parallelCalls_keepTheirIndices_andOneWithoutArgumentsHasAnObject() {
    RecordedAnswer answer = run("two-tools", new RequestForm.Typed(typedRequest("hi")), true);
    List<ChatDelta> calls = answer.deltas().stream().filter(ChatDelta::hasToolCall).toList();
    assertThat(calls)
        .extracting(call -> call.getToolCall().getIndex())
        .containsExactly(0, 0, 0, 1, 1);
    assertThat(calls.getLast().getToolCall().getArgumentsJson()).isEqualTo("{}");
    RecordedAnswer whole = run("two-tools", new RequestForm.Typed(typedRequest("hi")), false);
    Message message =
        ((AnswerPart.Response) whole.parts().getFirst()).response().getChoices(0).getMessage();
    assertThat(message.getToolCalls(0).getArgumentsJson())
        .isEqualTo("{\"city\":\"Oslo\",\"n\":1.50}");
    assertThat(whole.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_TOOL_CALLS);
  }

  @Test
  void outputBound_isTheCalls_orTheModels() {
    ModelCall plain = call("ok", raw("hi"), false);
    ModelCall bound =
        new ModelCall(
            plain.model(),
            plain.form(),
            false,
            17,
            Map.of(),
            Duration.ofMinutes(1),
            false,
            Context.root());
    provider.open(bound, new RecordedAnswer());
    RecordedAnswer answer = new RecordedAnswer();
    provider.open(bound, answer);
    answer.await();
    assertThat(vendor.last().body()).contains("\"max_tokens\":17").doesNotContain("64");
  }

  @ParameterizedTest
  @CsvSource({
    "429,rate_limit_error,enforced_spend_limit_reached,RATE_LIMITED,OTHER_MODEL",
    "429,rate_limit_error,other,RATE_LIMITED,RETRY",
    "529,overloaded_error,other,UNAVAILABLE,RETRY",
    "402,billing_error,other,REJECTED,OTHER_MODEL",
    "404,not_found_error,other,REJECTED,OTHER_MODEL"
  })
  void error_isReadByTypeAndCode(int status, String type, String code, String result, Next next) {
    String body =
        "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"no\",\"details\":{\"error_code\":\"%s\"}}}"
            .formatted(type, code);
    for (Answer answer :
        List.of(
            Answer.json(status, "", body), Answer.events("event: error\ndata: " + body + "\n\n"))) {
      try (RawUpstream once = RawUpstream.start(request -> answer)) {
        RecordedAnswer recorded = new RecordedAnswer();
        at(once.baseUrl()).open(call("m", raw("hi"), true), recorded);
        UpstreamFailure failure = recorded.await().failure();
        assertThat(failure.result().name()).isEqualTo("ATTEMPT_RESULT_" + result);
        assertThat(failure.next()).isEqualTo(next);
        assertThat(failure.errorDialect()).isEqualTo(Dialect.DIALECT_ANTHROPIC_MESSAGES);
      }
    }
  }

  @Test
  void wait_isUntilTheLastUsedUpLimitIsRenewed_whenTheVendorDoesNotSay() {
    String headers =
        "anthropic-ratelimit-requests-remaining: 0\r\nanthropic-ratelimit-requests-reset: "
            + Instant.now().plusSeconds(20)
            + "\r\nanthropic-ratelimit-input-tokens-remaining: 0\r\n"
            + "anthropic-ratelimit-input-tokens-reset: "
            + Instant.now().plusSeconds(40)
            + "\r\nanthropic-ratelimit-tokens-remaining: 9\r\nanthropic-ratelimit-tokens-reset: "
            + Instant.now().plusSeconds(90)
            + "\r\n";
    try (RawUpstream once =
        RawUpstream.start(request -> Answer.json(429, headers, error(429, "slow")))) {
      RecordedAnswer recorded = new RecordedAnswer();
      at(once.baseUrl()).open(call("m", raw("hi"), true), recorded);
      assertThat(recorded.await().failure().failure().retryAfter())
          .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(40));
    }
  }
}
