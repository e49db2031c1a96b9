package dev.fairlead.provider.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.SseVendorContract;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiProviderTest extends SseVendorContract {

  private static final String KEY = "AIza-canary-key";
  private static ScriptedGemini vendor;
  private static ClientFactory factory;
  private static ModelProvider provider;

  @BeforeAll
  static void start() {
    vendor = new ScriptedGemini();
    factory = ClientFactory.builder().build();
    provider = at(vendor.baseUrl(), 16 << 20, 1 << 18);
  }

  private static ModelProvider at(String baseUrl, long answerBytes, int eventBytes) {
    return new GeminiProvider(
        "google",
        new GeminiConfig(baseUrl, new Secret(KEY)),
        new LimitSettings(10, answerBytes, eventBytes),
        factory);
  }

  @Override
  protected ModelProvider provider() {
    return provider;
  }

  @Override
  protected ModelProvider provider(String root) {
    return at(root, ANSWER_BYTES, EVENT_BYTES);
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
    return vendor.last().end.equals("cancelled");
  }

  @Override
  protected String key() {
    return KEY;
  }

  @Override
  protected String requestIdHeader() {
    return "";
  }

  @Override
  protected String answer(String text, boolean usage) {
    return ScriptedGemini.whole(text, usage);
  }

  @Override
  protected List<String> stream(boolean usage, String... pieces) {
    return ScriptedGemini.stream(usage, pieces);
  }

  @Override
  protected String error(int status, String message) {
    return ScriptedGemini.error(status, "ANY", message, "");
  }

  @Override
  protected List<String> afterTheEnd(String... pieces) {
    return List.of();
  }

  @Override
  protected String errorEvent() {
    return "data: " + error(503, "overloaded") + "\n\n";
  }

  @AfterAll
  static void stop() {
    factory.close();
    vendor.close();
  }

  private static RecordedAnswer run(String script, boolean streamed) {
    RecordedAnswer answer = new RecordedAnswer();
    provider.open(TypedCalls.call(script, TypedCalls.request("hello"), streamed), answer);
    answer.await();
    assertThat(answer.endedOnce()).isTrue();
    return answer;
  }

  @Test
  void request_carriesTheKeyInItsHeader_andNeverInTheUrl() {
    run("ok", true);
    assertThat(vendor.last().request.path())
        .isEqualTo("/v1beta/models/ok:streamGenerateContent?alt=sse");
    assertThat(vendor.last().request.headers().get("x-goog-api-key")).isEqualTo(KEY);
    assertThat(vendor.last().request.headers().get("user-agent")).isEqualTo("fairlead");
    assertThat(vendor.last().request.contentUtf8())
        .isEqualTo("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hello\"}]}]}");
  }

  @Test
  void modelName_cannotLeaveItsPlaceInThePath() {
    run("x/y?z#w%2f", false);
    assertThat(vendor.last().request.path())
        .isEqualTo("/v1beta/models/x%2Fy%3Fz%23w%252f:generateContent");
    int asked = vendor.ledger.size();
    run("../../admin", false).failure();
    assertThat(vendor.ledger.stream().skip(asked))
        .allMatch(entry -> entry.request.path().startsWith("/v1beta/models/"));
  }

  @Test
  void complete_givesTheTypedAnswer() {
    RecordedAnswer answer = run("ok", false);
    var response = ((AnswerPart.Response) answer.parts().getFirst()).response();
    assertThat(response.getId()).isEqualTo("r1");
    assertThat(response.getChoices(0).getMessage().getContent(0).getText())
        .isEqualTo("Hello \"world\"");
    assertThat(answer.completion().text()).isEqualTo("Hello \"world\"");
    assertThat(answer.completion().usage().promptTokens()).isEqualTo(9);
    assertThat(answer.completion().usage().cachedPromptTokens()).isEqualTo(5);
    assertThat(answer.completion().usage().completionTokens()).isEqualTo(7);
    assertThat(answer.completion().usage().reasoningTokens()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ok", "bytes"})
  void stream_isWhole_whereverItsReadsEnd(String script) {
    RecordedAnswer answer = run(script, true);
    assertThat(text(answer)).isEqualTo("Grüße 🚢 你好").isEqualTo(answer.completion().text());
    assertThat(answer.deltas().getFirst().getReasoning()).isEqualTo("thinking");
    assertThat(answer.deltas())
        .filteredOn(ChatDelta::hasReasoningSignature)
        .singleElement()
        .matches(delta -> delta.getReasoningSignature().toStringUtf8().equals("c2lnbmF0dXJl"));
    assertThat(answer.deltas().getLast().getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(answer.completion().usage().completionTokens()).isEqualTo(7);
    assertThat(answer.completion().usage().estimated()).isFalse();
  }

  @Test
  void cutStream_costsItsInputAsTold_andItsOutputAsCounted() {
    byte[] event =
        ("data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":"
                + "\"Once upon a time there was\"}]},\"index\":0}],\"usageMetadata\":{"
                + "\"promptTokenCount\":4000,\"cachedContentTokenCount\":1000}}\n\n")
            .getBytes(UTF_8);
    TokenUsage spent = Objects.requireNonNull(run(whole(List.of(event)), true).failure().usage());
    assertThat(spent.promptTokens()).isEqualTo(4000);
    assertThat(spent.cachedPromptTokens()).isEqualTo(1000);
    assertThat(spent.completionTokens()).isBetween(4L, 12L);
    assertThat(spent.estimated()).isTrue();
  }

  @Test
  void toolCall_getsAnIdAndKeepsItsSignature_inBothForms() {
    RecordedAnswer streamed = run("tools", true);
    var call = streamed.deltas().getFirst().getToolCall();
    assertThat(call.getName()).isEqualTo("weather");
    assertThat(call.getId()).startsWith("call_");
    assertThat(call.getArgumentsJson()).isEqualTo("{\"city\":\"Oslo\",\"days\":2}");
    assertThat(call.getSignature().toStringUtf8()).isEqualTo("c2ln");
    assertThat(streamed.completion().finishReason())
        .isEqualTo(FinishReason.FINISH_REASON_TOOL_CALLS);
    Message whole =
        ((AnswerPart.Response) run("tools", false).parts().getFirst())
            .response()
            .getChoices(0)
            .getMessage();
    assertThat(whole.getToolCalls(0).getSignature().toStringUtf8()).isEqualTo("c2ln");
    assertThat(whole.getToolCalls(0).getId()).isNotEqualTo(call.getId());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void blockedPrompt_isAnAnswerThatTheFilterEnded(boolean streamed) {
    RecordedAnswer answer = run("blocked", streamed);
    assertThat(answer.completion().finishReason())
        .isEqualTo(FinishReason.FINISH_REASON_CONTENT_FILTER);
    assertThat(answer.completion().text()).isEmpty();
    assertThat(answer.completion().usage().promptTokens()).isEqualTo(9);
  }

  @Test
  void safetyStop_isTheFilters() {
    assertThat(run("safety", true).completion().finishReason())
        .isEqualTo(FinishReason.FINISH_REASON_CONTENT_FILTER);
  }

  @Test
  void usage_isEstimatedAndFlagged_whenTheVendorIsSilent() {
    assertThat(run("no-usage", false).completion().usage().estimated()).isTrue();
    assertThat(run("no-usage", false).completion().usage().completionTokens()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "key,REJECTED,OTHER_MODEL,400",
    "precondition,REJECTED,OTHER_MODEL,400",
    "403,REJECTED,OTHER_MODEL,403",
    "400,REJECTED,NOTHING,400",
    "echo-key,REJECTED,NOTHING,400",
    "404,REJECTED,OTHER_MODEL,404",
    "429,RATE_LIMITED,RETRY,429",
    "daily,RATE_LIMITED,OTHER_MODEL,429",
    "error200,RATE_LIMITED,RETRY,429",
    "500,UNAVAILABLE,RETRY,500",
    "503,UNAVAILABLE,RETRY,503",
    "504,UNAVAILABLE,RETRY,504",
    "html,MALFORMED,RETRY,200",
    "empty,MALFORMED,RETRY,200",
    "array,MALFORMED,RETRY,200",
    "malformed-call,MALFORMED,RETRY,200",
    "gzip,MALFORMED,RETRY,200",
    "redirect,MALFORMED,RETRY,302",
  })
  void failure_isClassified(String script, String result, String next, int status) {
    UpstreamFailure failure = run(script, false).failure();
    assertThat(failure.result().name()).isEqualTo("ATTEMPT_RESULT_" + result);
    assertThat(failure.next().name()).isEqualTo(next);
    assertThat(failure.httpStatus()).isEqualTo(status);
    assertThat(failure.toString()).doesNotContain(KEY).doesNotContain("127.0.0.1");
  }

  @Test
  void wait_isTheOneOfRetryInfo() {
    assertThat(run("429", false).failure().failure().retryAfter())
        .isEqualTo(Duration.ofMillis(7500));
    assertThat(run("daily", false).failure().failure().retryAfter()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "cut,MALFORMED,true",
    "garbage,MALFORMED,false",
    "error-midstream,UNAVAILABLE,true",
    "long-event,MALFORMED,false",
    "html,MALFORMED,false"
  })
  void stream_failsOnce_whenItIsBroken(String script, String result, boolean spent) {
    UpstreamFailure failure = run(script, true).failure();
    assertThat(failure.result().name()).isEqualTo("ATTEMPT_RESULT_" + result);
    assertThat(failure.usage() != null).isEqualTo(spent);
  }

  @Test
  void answer_isBounded() {
    RecordedAnswer answer = new RecordedAnswer();
    ModelProvider small =
        new GeminiProvider(
            "google",
            new GeminiConfig(vendor.baseUrl() + "/v1beta", new Secret("")),
            new LimitSettings(10, 1 << 20, 1 << 18),
            factory);
    small.open(TypedCalls.call("huge", TypedCalls.request("hi"), false), answer);
    assertThat(answer.await().failure().failure().message()).contains("more than 1048576 bytes");
  }

  @Test
  void slowReader_holdsTheVendorBack_andGetsEverything() {
    RecordedAnswer answer = new RecordedAnswer();
    answer.ready(false);
    Exchange exchange =
        provider.open(TypedCalls.call("many", TypedCalls.request("go"), true), answer);
    await().until(() -> !vendor.ledger.isEmpty() && vendor.last().bytesSent.get() > 0);
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(10))
        .until(() -> vendor.last().bytesSent.get() < 7_000_000 && !answer.ended());
    answer.ready(true);
    exchange.resume();
    answer.await();
    assertThat(answer.deltas().stream().filter(ChatDelta::hasText)).hasSize(ScriptedGemini.MANY);
  }
}
