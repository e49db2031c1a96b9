package dev.fairlead.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.HttpVendorContract;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.EventStreams;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import io.netty.channel.ConnectTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BedrockProviderTest extends HttpVendorContract {

  private static ScriptedBedrock vendor;
  private static ClientFactory factory;
  private static ModelProvider provider;

  @BeforeAll
  static void start() {
    vendor = new ScriptedBedrock();
    factory = ClientFactory.builder().build();
    provider = provider(vendor.baseUrl(), ScriptedBedrock.SECRET, "");
  }

  private static ModelProvider provider(String baseUrl, String secret, String token) {
    return provider(baseUrl, secret, token, 1 << 20);
  }

  private static ModelProvider provider(
      String baseUrl, String secret, String token, long answerBytes) {
    BedrockConfig config =
        new BedrockConfig(
            baseUrl,
            ScriptedBedrock.REGION,
            ScriptedBedrock.KEY_ID,
            new Secret(secret),
            new Secret(token),
            "");
    return new BedrockProvider(
        "aws", config, new LimitSettings(10, answerBytes, EVENT_BYTES), factory);
  }

  @Override
  protected ModelProvider provider() {
    return provider;
  }

  @Override
  protected ModelProvider provider(String root) {
    return provider(root, ScriptedBedrock.SECRET, "", ANSWER_BYTES);
  }

  @Override
  protected String upstream() {
    return "both";
  }

  @Override
  protected String toolUpstream() {
    return "s-tool";
  }

  @Override
  protected String endlessUpstream() {
    return "s-stall";
  }

  @Override
  protected boolean vendorSawCancellation() {
    return vendor.last().end.equals("cancelled");
  }

  @Override
  protected String key() {
    return ScriptedBedrock.SECRET;
  }

  @Override
  protected String requestIdHeader() {
    return "x-amzn-requestid";
  }

  @Override
  protected String contentType() {
    return "application/vnd.amazon.eventstream";
  }

  @Override
  protected String answer(String text, boolean usage) {
    return ScriptedBedrock.answer("{\"text\":\"" + text + "\"}", "end_turn", usage);
  }

  @Override
  protected List<byte[]> frames(boolean usage, String... pieces) {
    return ScriptedBedrock.frames(usage, pieces);
  }

  @Override
  protected String error(int status, String message) {
    return "{\"message\":\"" + message + "\"}";
  }

  @Override
  protected byte[] errorFrame() {
    return EventStreams.exception("modelStreamErrorException", "it broke");
  }

  @Override
  protected byte[] idleFrame() {
    return EventStreams.event("somethingNew", "{\"x\":1}");
  }

  @AfterAll
  static void stop() {
    factory.close();
    vendor.close();
  }

  private static RecordedAnswer run(ModelProvider from, String script, boolean streamed) {
    RecordedAnswer answer = new RecordedAnswer();
    from.open(TypedCalls.call(script, TypedCalls.request("hello"), streamed), answer);
    answer.await();
    assertThat(answer.endedOnce()).isTrue();
    return answer;
  }

  private static RecordedAnswer run(String script, boolean streamed) {
    return run(provider, script, streamed);
  }

  private static Message message(RecordedAnswer answer) {
    return ((AnswerPart.Response) answer.parts().getFirst()).response().getChoices(0).getMessage();
  }

  @Test
  void request_isSigned_andTellsNothingOfUs() {
    RecordedAnswer answer = run("ok", false);
    assertThat(vendor.last().complaint).isEmpty();
    assertThat(vendor.last().request.path()).isEqualTo("/model/ok/converse");
    assertThat(vendor.last().request.contentUtf8())
        .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hello\"}]}]}");
    assertThat(vendor.last().request.headers().get("user-agent")).isEqualTo("fairlead");
    assertThat(answer.completion().text()).isEqualTo("Hello world");
    assertThat(answer.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
  }

  @Test
  void signature_holds_forIdsThatMustBeEscaped_andTemporaryKeys() {
    assertThat(run("with:colon", false).completion().text()).isEqualTo("found");
    ModelProvider temporary = provider(vendor.baseUrl(), ScriptedBedrock.SECRET, "session-canary");
    assertThat(run(temporary, "ok", false).completion().text()).isEqualTo("Hello world");
    assertThat(vendor.last().request.headers().get("x-amz-security-token"))
        .isEqualTo("session-canary");
  }

  @Test
  void wrongSecret_isOurMisconfiguration_andIsNotRetried() {
    int before = vendor.ledger.size();
    UpstreamFailure failure =
        run(provider(vendor.baseUrl(), "wrong-canary", ""), "ok", false).failure();
    assertThat(failure.next()).isEqualTo(UpstreamFailure.Next.OTHER_MODEL);
    assertThat(failure.toString()).doesNotContain("canary").doesNotContain("CANARY");
    assertThat(vendor.ledger).hasSize(before + 1);
  }

  @Test
  void usage_countsCachedTokensInsideThePrompt() {
    var usage = run("ok", false).completion().usage();
    assertThat(usage.promptTokens()).isEqualTo(16);
    assertThat(usage.cachedPromptTokens()).isEqualTo(5);
    assertThat(usage.cacheWriteTokens()).isEqualTo(2);
    assertThat(usage.completionTokens()).isEqualTo(4);
    assertThat(usage.estimated()).isFalse();
  }

  /** The SDK reads a count from text, and takes none that is no int. */
  @Override
  @ParameterizedTest
  @ValueSource(strings = "-7")
  protected void j5_countThatCannotBe_isEstimatedAndFlagged(String count) {
    super.j5_countThatCannotBe_isEstimatedAndFlagged(count);
    String huge = answer("Hello", true).replaceAll("(Tokens\":)\\d+", "$199999999999999999999");
    assertThat(huge).contains(":99999999999999999999");
    assertMalformed(failure(Answer.json(200, "", huge), false));
  }

  @Test
  void toolCall_keepsOrderAndNumbers() {
    Message message = message(run("tools", false));
    assertThat(message.getToolCalls(0).getId()).isEqualTo("t1");
    assertThat(message.getToolCalls(0).getArgumentsJson())
        .isEqualTo("{\"city\":\"Oslo\",\"n\":[1,2.50,null,true]}");
  }

  @Test
  void thoughts_keepTheirSignatures() {
    Message message = message(run("thoughts", false));
    assertThat(message.getContent(0).getReasoning().getSignature().toStringUtf8()).isEqualTo("sig");
    assertThat(message.getContent(1).getReasoning().getSignature().toStringUtf8())
        .isEqualTo("AQI=");
    assertThat(message.getContent(2).getText()).isEqualTo("Hi");
  }

  @Test
  void guardrail_isTheFilter_inBothForms() {
    assertThat(run("guardrail", false).completion().finishReason())
        .isEqualTo(FinishReason.FINISH_REASON_CONTENT_FILTER);
    assertThat(run("s-guardrail", true).completion().finishReason())
        .isEqualTo(FinishReason.FINISH_REASON_CONTENT_FILTER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s-ok", "s-bytes"})
  void stream_isWhole_whereverItsReadsEnd(String script) {
    RecordedAnswer answer = run(script, true);
    assertThat(vendor.last().request.path()).endsWith("/converse-stream");
    String text = answer.deltas().stream().map(ChatDelta::getText).collect(Collectors.joining());
    assertThat(text).isEqualTo("Grüße 🚢 你好").isEqualTo(answer.completion().text());
    assertThat(answer.deltas().getFirst().getReasoning()).isEqualTo("hm");
    assertThat(answer.deltas().get(1).getReasoningSignature().toStringUtf8()).isEqualTo("sig");
    assertThat(answer.deltas().getLast().getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(answer.completion().usage().promptTokens()).isEqualTo(16);
  }

  @Test
  void parallelCalls_haveStableIndices_andArgumentsByteByByte() {
    RecordedAnswer answer = run("s-tools", true);
    List<ChatDelta> calls = answer.deltas().stream().filter(ChatDelta::hasToolCall).toList();
    assertThat(calls)
        .extracting(delta -> delta.getToolCall().getIndex())
        .containsExactly(0, 0, 1, 1, 0);
    assertThat(calls.get(2).getToolCall().getId()).isEqualTo("t2");
    assertThat(calls.get(3).getToolCall().hasId()).isFalse();
    assertThat(
            calls.stream()
                .filter(delta -> delta.getToolCall().getIndex() == 0)
                .map(delta -> delta.getToolCall().getArgumentsJson())
                .collect(Collectors.joining()))
        .isEqualTo("{\"city\": \"Oslo\"}");
    assertThat(answer.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_TOOL_CALLS);
  }

  @ParameterizedTest
  @CsvSource({
    "throttled,RATE_LIMITED,RETRY,429",
    "quota,RATE_LIMITED,OTHER_MODEL,400",
    "invalid,REJECTED,NOTHING,400",
    "no-model,REJECTED,OTHER_MODEL,400",
    "404,REJECTED,OTHER_MODEL,404",
    "denied,REJECTED,OTHER_MODEL,403",
    "expired,REJECTED,OTHER_MODEL,403",
    "late,UNAVAILABLE,RETRY,408",
    "model-error,UNAVAILABLE,RETRY,424",
    "not-ready,UNAVAILABLE,RETRY,503",
    "500,UNAVAILABLE,RETRY,500",
    "502,UNAVAILABLE,RETRY,502",
    "503,UNAVAILABLE,RETRY,503",
    "html,MALFORMED,RETRY,200",
    "empty,MALFORMED,RETRY,200",
    "schema,MALFORMED,RETRY,200",
    "malformed-call,MALFORMED,RETRY,200",
    "gzip,MALFORMED,RETRY,200",
    "huge,MALFORMED,RETRY,200",
    "redirect,MALFORMED,RETRY,302",
  })
  void failure_isClassified_andAskedForOnce(String script, String result, String next, int status) {
    int before = vendor.ledger.size();
    UpstreamFailure failure = run(script, false).failure();
    if (vendor.ledger.size() == before) {
      // The SDK was still closing the connection of the row before, and nothing was sent on it.
      failure = run(script, false).failure();
    }
    assertThat(failure.result().name()).isEqualTo("ATTEMPT_RESULT_" + result);
    assertThat(failure.next().name()).isEqualTo(next);
    assertThat(failure.httpStatus()).isEqualTo(status);
    assertThat(failure.toString()).doesNotContain("CANARY").doesNotContain("127.0.0.1");
    assertThat(vendor.ledger).hasSize(before + 1);
  }

  @Test
  void wait_isTheVendors_andWordsAreOnlyTheCallers() {
    assertThat(run("throttled", false).failure().failure().retryAfter())
        .isEqualTo(Duration.ofSeconds(7));
    assertThat(run("invalid", false).failure().failure().message())
        .isEqualTo("temperature must be at most 1");
    assertThat(run("denied", false).failure().toString()).doesNotContain("123");
  }

  @ParameterizedTest
  @CsvSource({
    "s-cut,MALFORMED,true",
    "s-cut-inside,MALFORMED,false",
    "s-corrupt,MALFORMED,false",
    "s-garbage,MALFORMED,false",
    "s-error,UNAVAILABLE,true",
    "s-throttled,RATE_LIMITED,false",
    "s-invalid,REJECTED,false",
    "throttled,RATE_LIMITED,false",
    "503,UNAVAILABLE,false",
    "html,MALFORMED,false",
  })
  void stream_failsOnce_whenItIsBroken(String script, String result, boolean spent) {
    UpstreamFailure failure = run(script, true).failure();
    assertThat(failure.result().name()).isEqualTo("ATTEMPT_RESULT_" + result);
    assertThat(failure.usage() != null).isEqualTo(spent);
  }

  @Test
  void missingConnection_countsAsUnreachable() {
    UpstreamFailure failure =
        new BedrockFailures("aws", List.of()).of(new ConnectTimeoutException("late"), false);
    assertThat(failure.result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
    assertThat(failure.httpStatus()).isZero();
    assertThat(failure.failure()).isInstanceOf(Failure.Timeout.class);
  }

  @Test
  void cancellation_endsTheCall_whenItHasNotBegun() {
    RecordedAnswer answer = new RecordedAnswer();
    provider
        .open(TypedCalls.call("s-stall", TypedCalls.request("go"), true), answer)
        .cancel(UpstreamFailure.cancelled());
    assertThat(answer.await().failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
  }

  @Test
  void slowReader_holdsTheVendorBack_andGetsEverything() {
    ModelProvider large = provider(vendor.baseUrl(), ScriptedBedrock.SECRET, "", 64 << 20);
    RecordedAnswer answer = new RecordedAnswer();
    answer.ready(false);
    Exchange exchange =
        large.open(TypedCalls.call("s-many", TypedCalls.request("go"), true), answer);
    await()
        .until(() ->
            vendor.last().request.path().contains("s-many") && vendor.last().bytesSent.get() > 0);
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(10))
        .until(() -> vendor.last().bytesSent.get() < 9_000_000 && answer.parts().size() < 2);
    answer.ready(true);
    exchange.resume();
    answer.await(Duration.ofSeconds(60));
    assertThat(answer.completion().usage().promptTokens()).isEqualTo(16);
    assertThat(answer.deltas().stream().filter(ChatDelta::hasText)).hasSize(ScriptedBedrock.MANY);
  }
}
