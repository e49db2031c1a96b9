package dev.fairlead.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.http.HttpProtocol;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.provider.testkit.RawUpstream.End;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.RawEvents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsesPassThroughTest {

  private static final String KEY = "sk-secret-canary";
  private static final String REQUEST =
      "{\"model\":\"auto\",\"input\":\"say hello\",\"later\":[1.0]}";
  private static final String USAGE =
      "{\"input_tokens\":11,\"input_tokens_details\":{\"cached_tokens\":4},\"output_tokens\":7,"
          + "\"output_tokens_details\":{\"reasoning_tokens\":3},\"total_tokens\":18}";
  private static final String SAID =
      "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
          + "\"content\":[{\"type\":\"output_text\",\"text\":\"Grüße 🚢\",\"annotations\":[]}]}";
  private static final String CALL =
      "{\"id\":\"fc_1\",\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\","
          + "\"arguments\":\"{}\"}";

  private static ClientFactory factory;

  @BeforeAll
  static void open() {
    factory = ClientFactory.builder().build();
  }

  @AfterAll
  static void close() {
    factory.close();
  }

  private static String answer(String status, String output, String more) {
    return "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\""
        + status
        + "\",\"error\":null,\"output\":["
        + output
        + "]"
        + more
        + "}";
  }

  private static String event(String type, String members) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
  }

  private static List<String> stream(String usage) {
    String open = "\"response\":" + answer("in_progress", "", ",\"usage\":null");
    return List.of(
        event("response.created", open),
        event("response.output_item.added", "\"output_index\":0,\"item\":{\"type\":\"message\"}"),
        event("response.output_text.delta", "\"output_index\":0,\"delta\":\"Grüße\""),
        event("response.output_text.delta", "\"output_index\":0,\"delta\":\" 🚢\""),
        event("response.output_text.done", "\"text\":\"Grüße 🚢\""),
        event("response.output_item.done", "\"item\":" + SAID),
        event("response.completed", "\"response\":" + answer("completed", SAID, usage)));
  }

  private static OpenAiProvider provider(RawUpstream vendor, Quirks quirks, String version) {
    OpenAiConfig config =
        new OpenAiConfig(
            vendor.baseUrl() + (quirks == Quirks.AZURE ? "" : "/v1"),
            new Secret(KEY),
            HttpProtocol.AUTO,
            quirks.label(),
            version);
    return new OpenAiProvider("lab", config, new LimitSettings(10, 1 << 20, 1 << 20), factory);
  }

  private static RequestForm form(String json) {
    return new RequestForm.Raw(Spans.raw(Dialect.DIALECT_OPENAI_RESPONSES, json));
  }

  private static RecordedAnswer run(Answer answer, boolean streamed) {
    try (RawUpstream vendor = RawUpstream.start(request -> answer)) {
      RecordedAnswer recorded = new RecordedAnswer();
      provider(vendor, Quirks.OPENAI, "")
          .open(TypedCalls.call("gpt-5", form(REQUEST), streamed), recorded);
      recorded.await();
      assertThat(recorded.endedOnce()).isTrue();
      assertThat(vendor.last().head()).startsWith("POST /v1/responses HTTP/1.1\r\n");
      return recorded;
    }
  }

  private static RecordedAnswer streamed(List<String> events) {
    return run(Answer.events(events.toArray(String[]::new)), true);
  }

  @ParameterizedTest
  @EnumSource(Quirks.class)
  void dialect_isPassedThrough_whereTheServerHasIt(Quirks quirks) {
    try (RawUpstream vendor = RawUpstream.start(request -> Answer.json(500, "", ""))) {
      boolean has =
          List.of("openai", "azure", "vllm", "groq", "openrouter", "xai").contains(quirks.label());
      assertThat(provider(vendor, quirks, "").capabilities().serves(form(REQUEST))).isEqualTo(has);
      assertThat(provider(vendor, Quirks.AZURE, "2024-10-21").capabilities().dialects())
          .doesNotContain(Dialect.DIALECT_OPENAI_RESPONSES);
    }
  }

  @Test
  void request_keepsEveryByte_butModelStreamStoreAndBound() {
    String json = "{ \"model\":\"auto\", \"input\":\"é\", \"big\":1.10, \"store\":null }";
    assertThat(spliced(json, false, 0))
        .isEqualTo("{ \"model\":\"gpt-5\", \"input\":\"é\", \"big\":1.10, \"store\":false }");
    assertThat(spliced("{\"model\":\"a\",\"store\":false,\"stream\":true}", true, 0))
        .isEqualTo("{\"model\":\"gpt-5\",\"store\":false,\"stream\":true}");
    assertThat(spliced("{\"model\":\"a\",\"max_output_tokens\":900,\"store\":false}", true, 50))
        .contains("\"max_output_tokens\":50", "\"stream\":true")
        .doesNotContain("stream_options");
    assertThat(spliced("{\"model\":\"a\",\"max_output_tokens\":9,\"stream\":true}", false, 50))
        .contains("\"max_output_tokens\":9", "\"stream\":false");
    assertThat(spliced("{\"model\":\"a\"}", false, 50)).contains("\"max_output_tokens\":50");
  }

  private static String spliced(String json, boolean streamed, int bound) {
    return new String(
        RequestSplicer.splice(
            Spans.raw(Dialect.DIALECT_OPENAI_RESPONSES, json),
            "gpt-5",
            streamed,
            bound,
            Quirks.OPENAI,
            new DroppedFields()),
        StandardCharsets.UTF_8);
  }

  @Test
  void wholeAnswer_comesAsItIs_withUsageTextAndFinish() {
    String body = answer("completed", SAID, ",\"usage\":" + USAGE);
    RecordedAnswer recorded = run(Answer.json(200, "", body), false);
    AnswerPart.Body part = (AnswerPart.Body) recorded.parts().getFirst();
    assertThat(part.answer().getBody().toStringUtf8()).isEqualTo(body);
    assertThat(part.answer().getDialect()).isEqualTo(Dialect.DIALECT_OPENAI_RESPONSES);
    assertThat(recorded.completion().text()).isEqualTo("Grüße 🚢");
    assertThat(recorded.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(recorded.completion().usage().promptTokens()).isEqualTo(11);
    assertThat(recorded.completion().usage().cachedPromptTokens()).isEqualTo(4);
    assertThat(recorded.completion().usage().completionTokens()).isEqualTo(7);
    assertThat(recorded.completion().usage().reasoningTokens()).isEqualTo(3);
  }

  @Test
  void finish_isWhatStatusAndOutputSay() {
    assertThat(finish(answer("completed", SAID + "," + CALL, "")))
        .isEqualTo(FinishReason.FINISH_REASON_TOOL_CALLS);
    assertThat(finish(answer("completed", SAID.replace("output_text", "refusal"), "")))
        .isEqualTo(FinishReason.FINISH_REASON_REFUSAL);
    String cut = ",\"incomplete_details\":{\"reason\":\"%s\"}";
    assertThat(finish(answer("incomplete", SAID, cut.formatted("max_output_tokens"))))
        .isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    assertThat(finish(answer("incomplete", SAID, cut.formatted("content_filter"))))
        .isEqualTo(FinishReason.FINISH_REASON_CONTENT_FILTER);
  }

  private static FinishReason finish(String body) {
    FinishReason whole = run(Answer.json(200, "", body), false).completion().finishReason();
    List<String> events = new ArrayList<>(stream(""));
    events.removeLast();
    events.add(event("response.completed", "\"response\":" + body));
    assertThat(streamed(events).completion().finishReason()).isEqualTo(whole);
    return whole;
  }

  @Test
  void stream_isUnchanged_howeverItIsCut() {
    List<String> events = stream(",\"usage\":" + USAGE);
    String text = String.join("", events);
    List<byte[]> pieces = new ArrayList<>();
    pieces.add(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
            .getBytes(StandardCharsets.ISO_8859_1));
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      pieces.add(new byte[] {b});
    }
    for (Answer answer :
        List.of(Answer.events(events.toArray(String[]::new)), new Answer(pieces, End.CLOSE))) {
      RecordedAnswer recorded = run(answer, true);
      assertThat(recorded.sse()).isEqualTo(text);
      assertThat(recorded.completion().text()).isEqualTo("Grüße 🚢");
      assertThat(recorded.completion().usage().completionTokens()).isEqualTo(7);
      assertThat(recorded.completion().usage().estimated()).isFalse();
      assertThat(recorded.events()).noneMatch(e -> e.getKind() == RawEvents.Kind.KIND_USAGE);
      assertThat(recorded.events().stream().mapToInt(RawEvents::getContentEvents).sum())
          .isEqualTo(2);
    }
  }

  @Test
  void terminatorOfOtherDialects_isNotPassedOn() {
    List<String> events = new ArrayList<>(stream(",\"usage\":" + USAGE));
    String expected = String.join("", events);
    events.add("data: [DONE]\n\n");
    assertThat(streamed(events).sse()).isEqualTo(expected);
  }

  @Test
  void missingUsage_isEstimatedAndFlagged() {
    RecordedAnswer whole = run(Answer.json(200, "", answer("completed", SAID, "")), false);
    assertThat(whole.completion().usage().estimated()).isTrue();
    RecordedAnswer streamed = streamed(stream(""));
    assertThat(streamed.completion().usage().estimated()).isTrue();
    assertThat(streamed.completion().usage().promptTokens()).isBetween(1L, 30L);
    assertThat(streamed.completion().usage().completionTokens()).isBetween(1L, 20L);
  }

  @ParameterizedTest
  @CsvSource({
    "error, '\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\",\"param\":null',"
        + " RATE_LIMITED",
    "error, '\"error\":{\"type\":\"server_error\",\"message\":\"it broke\"}', UNAVAILABLE",
    "error, '\"code\":null,\"message\":\"it broke\"', UNAVAILABLE",
    "response.failed, '\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\","
        + "\"message\":\"it broke\"},\"output\":[]}', UNAVAILABLE",
    "response.failed, '\"response\":{\"status\":\"failed\",\"error\":null}', UNAVAILABLE",
  })
  void errorInTheStream_endsIt_withWhatWasSpent(String type, String members, String result) {
    List<String> events = new ArrayList<>(stream("").subList(0, 3));
    events.add(event(type, members));
    events.add(event("response.output_text.delta", "\"delta\":\"never read\""));
    RecordedAnswer recorded = streamed(events);
    UpstreamFailure failure = recorded.failure();
    assertThat(failure.result()).isEqualTo(AttemptResult.valueOf("ATTEMPT_RESULT_" + result));
    assertThat(failure.errorBody().isEmpty()).isTrue();
    assertThat(failure.usage()).isNotNull();
    assertThat(recorded.sse()).contains("Grüße").doesNotContain("never");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "", "{}", "{\"choices\":[{}]}", "[]"})
  void answerOfNoSense_isMalformed(String body) {
    assertThat(run(Answer.json(200, "", body), false).failure().result())
        .isEqualTo(AttemptResult.ATTEMPT_RESULT_MALFORMED);
  }

  @Test
  void failedAnswer_isAFailure() {
    String body =
        answer("failed", "", "")
            .replace("\"error\":null", "\"error\":{\"code\":\"server_error\",\"message\":\"no\"}");
    assertThat(run(Answer.json(200, "", body), false).failure().result())
        .isEqualTo(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
  }

  @Test
  void cutStream_isMalformed() {
    assertThat(streamed(stream("").subList(0, 6)).failure().result())
        .isEqualTo(AttemptResult.ATTEMPT_RESULT_MALFORMED);
  }

  @Test
  void cancellation_isCharged() {
    List<String> begun = stream("").subList(0, 3);
    Answer stalled = Answer.openEvents(begun.toArray(String[]::new));
    try (RawUpstream vendor = RawUpstream.start(request -> stalled)) {
      RecordedAnswer answer = new RecordedAnswer();
      Exchange exchange =
          provider(vendor, Quirks.OPENAI, "")
              .open(TypedCalls.call("gpt-5", form(REQUEST), true), answer);
      await().until(() -> answer.parts().stream().anyMatch(AnswerPart::content));
      exchange.cancel(UpstreamFailure.cancelled());
      assertThat(answer.await().failure().usage()).isNotNull();
      await().until(() -> vendor.callersLeft() == 1);
    }
  }
}
