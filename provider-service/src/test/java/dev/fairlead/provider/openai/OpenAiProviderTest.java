package dev.fairlead.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.SseVendorContract;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.http.HttpProtocol;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.ScriptedUpstream;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.RawEvents;
import io.netty.channel.ChannelOption;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiProviderTest extends SseVendorContract {

  private static final String KEY = "sk-secret-canary";
  private static ScriptedUpstream upstream;
  private static ClientFactory factory;
  private static ModelProvider provider;

  @BeforeAll
  static void startServers() {
    upstream = ScriptedUpstream.start();
    factory = ClientFactory.builder().build();
    provider = provider(HttpProtocol.AUTO, 8 << 20);
  }

  @AfterAll
  static void stopServers() {
    factory.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static ModelProvider provider(HttpProtocol protocol, long answerBytes) {
    OpenAiConfig config = new OpenAiConfig(upstream.baseUrl(), new Secret(KEY), protocol);
    return new OpenAiProvider("lab", config, new LimitSettings(10, answerBytes, 1 << 20), factory);
  }

  @Override
  protected ModelProvider provider() {
    return provider;
  }

  @Override
  protected ModelProvider provider(String root) {
    OpenAiConfig config = new OpenAiConfig(root + "/v1", new Secret(KEY), HttpProtocol.AUTO);
    return new OpenAiProvider(
        "lab", config, new LimitSettings(10, ANSWER_BYTES, EVENT_BYTES), factory);
  }

  @Override
  protected String requestIdHeader() {
    return "x-request-id";
  }

  @Override
  protected String key() {
    return KEY;
  }

  @Override
  protected String answer(String text, boolean usage) {
    return "{\"id\":\"c1\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":"
        + "{\"role\":\"assistant\",\"content\":\""
        + text
        + "\"},\"finish_reason\":\"stop\"}]"
        + (usage ? ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}" : "")
        + "}";
  }

  @Override
  protected List<String> stream(boolean usage, String... pieces) {
    List<String> events = new ArrayList<>();
    events.add(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
    for (String piece : pieces) {
      events.add(chunk("{\"content\":\"" + piece + "\"}", "null"));
    }
    events.add(chunk("{}", "\"stop\""));
    if (usage) {
      events.add(
          "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n");
    }
    events.add("data: [DONE]\n\n");
    return events;
  }

  private static String chunk(String delta, String reason) {
    return "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + reason
        + "}]}\n\n";
  }

  @Override
  protected String error(int status, String message) {
    String type = status < 500 ? "invalid_request_error" : "server_error";
    return "{\"error\":{\"message\":\""
        + message
        + "\",\"type\":\""
        + type
        + "\",\"param\":null,\"code\":null}}";
  }

  @Override
  protected String errorEvent() {
    return "data: " + error(500, "it broke") + "\n\n";
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
    return upstream.last().end().equals("cancelled");
  }

  @Test
  void request_carriesKeyAndSplicedModel_andNothingOfOurs() {
    String json =
        "{ \"model\" : \"auto\", \"fairlead\": {\"policy\":\"cheapest\"}, "
            + "\"messages\":[{\"role\":\"user\",\"content\":\"é\"}],"
            + " \"big\": 12345678901234567890.10 }";
    run("ok", new RequestForm.Raw(Spans.raw(Dialect.DIALECT_OPENAI_CHAT, json)), false);
    assertThat(upstream.last().key()).isEqualTo("Bearer " + KEY);
    assertThat(upstream.last().path()).isEqualTo("/v1/chat/completions");
    assertThat(upstream.last().body())
        .isEqualTo(
            "{ \"model\" : \"ok\", \"messages\":[{\"role\":\"user\",\"content\":\"é\"}],"
                + " \"big\": 12345678901234567890.10 }");
  }

  @Test
  void body_isForwardedUnchanged_whenComplete() {
    RecordedAnswer answer = run("ok", raw("hi"), false);
    AnswerPart.Body body = (AnswerPart.Body) answer.parts().getFirst();
    assertThat(body.answer().getBody().toStringUtf8()).contains("\"x_unknown\":[1, 2.50]");
    assertThat(answer.completion().usage().cachedPromptTokens()).isEqualTo(4);
    assertThat(answer.completion().usage().reasoningTokens()).isEqualTo(1);
    assertThat(answer.completion().headers()).containsOnlyKeys("x-fairlead-upstream-request-id");
  }

  @Test
  void embeddings_passThrough_whenRaw() {
    RecordedAnswer answer =
        run(
            "ok",
            new RequestForm.Raw(
                Spans.raw(
                    Dialect.DIALECT_OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":[\"a\"]}")),
            false);
    assertThat(upstream.last().path()).isEqualTo("/v1/embeddings");
    assertThat(upstream.last().body()).isEqualTo("{\"model\":\"ok\",\"input\":[\"a\"]}");
    assertThat(answer.completion().usage().promptTokens()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"utf8", "crlf"})
  void stream_isWhole_whenReadsEndAnywhere(String script) {
    RecordedAnswer answer = run(script, raw("hi"), true);
    assertThat(answer.completion().text())
        .isEqualTo(script.equals("utf8") ? "Grüße 🚢 你好" : "Hello world");
    assertThat(answer.sse()).doesNotContain("\r").doesNotContain(": hi");
    assertThat(answer.completion().usage().promptTokens()).isEqualTo(9);
  }

  @Test
  void emptyContent_isAnAnswer() {
    assertThat(run("empty-content", raw("hi"), true).completion().text()).isEmpty();
    assertThat(run("empty-content", raw("hi"), false).completion().text()).isEmpty();
  }

  @Test
  void usage_isEstimatedAndFlagged_whenTheVendorIsSilent() {
    RecordedAnswer answer = run("no-usage", raw("how many tokens is this"), true);
    assertThat(answer.completion().usage().estimated()).isTrue();
    assertThat(answer.completion().usage().promptTokens()).isBetween(6L, 20L);
    assertThat(answer.completion().usage().completionTokens()).isBetween(1L, 5L);
  }

  @Test
  void usage_isReadWhereverItStands_andAZeroIsAZero() {
    String chunk =
        "data:"
            + " {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}\n\n";
    try (RawUpstream vendor =
        RawUpstream.start(r -> RawUpstream.Answer.events(chunk, "data: [DONE]\n\n"))) {
      RecordedAnswer answer = new RecordedAnswer();
      provider(vendor.baseUrl()).open(call("m", raw("hi"), true), answer);
      assertThat(answer.await().completion().usage().totalTokens()).isZero();
      assertThat(answer.completion().usage().estimated()).isFalse();
      assertThat(answer.events())
          .noneMatch(events -> events.getKind() == RawEvents.Kind.KIND_USAGE);
      assertThat(answer.sse()).isEqualTo(chunk);
    }
  }

  @Test
  void stream_isComplete_whenItFinishedWithoutDone() {
    assertThat(run("no-done", raw("hi"), true).completion().text()).isEqualTo("Hello world");
  }

  @ParameterizedTest
  @CsvSource({
    "400, REJECTED, NOTHING, UPSTREAM_REJECTED",
    "422, REJECTED, NOTHING, UPSTREAM_REJECTED",
    "404, REJECTED, OTHER_MODEL, UPSTREAM_REJECTED",
    "401, REJECTED, OTHER_MODEL, UPSTREAM_MISCONFIGURED",
    "429, RATE_LIMITED, RETRY, RATE_LIMITED",
    "quota, RATE_LIMITED, OTHER_MODEL, RATE_LIMITED",
    "500, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "503, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "html, MALFORMED, RETRY, UPSTREAM_MALFORMED",
    "empty, MALFORMED, RETRY, UPSTREAM_MALFORMED",
    "malformed, MALFORMED, RETRY, UPSTREAM_MALFORMED",
    "schema, MALFORMED, RETRY, UPSTREAM_MALFORMED",
    "gzip, MALFORMED, RETRY, UPSTREAM_MALFORMED",
    "redirect, MALFORMED, RETRY, UPSTREAM_MALFORMED",
    "huge, MALFORMED, RETRY, UPSTREAM_MALFORMED",
    "error200, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE"
  })
  void failure_isMapped(String script, String result, Next next, String reason) {
    for (boolean streamed : new boolean[] {false, true}) {
      RecordedAnswer answer = run(script, raw("hi"), streamed);
      UpstreamFailure failure = answer.failure();
      assertThat(failure.result()).isEqualTo(AttemptResult.valueOf("ATTEMPT_RESULT_" + result));
      assertThat(failure.next()).isEqualTo(next);
      assertThat(failure.failure().reason()).isEqualTo(reason);
      assertThat(failure.toString()).doesNotContain(KEY).doesNotContain("127.0.0.1");
      assertThat(failure.errorBody().toStringUtf8()).doesNotContain(KEY);
      assertThat(answer.endedOnce()).isTrue();
    }
  }

  @Test
  void refusal_carriesTheVendorsWords_whenTheCallerIsAtFault() {
    UpstreamFailure failure = run("400", raw("hi"), false).failure();
    assertThat(failure.failure().message()).isEqualTo("temperature must be at most 2");
    assertThat(failure.errorBody().toStringUtf8()).contains("unsupported_value");
  }

  @Test
  void rateLimit_carriesTheWait() {
    assertThat(run("429", raw("hi"), false).failure().failure().retryAfter())
        .isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void cutStream_isAFailureWithUsage_whenContentHadCome() {
    RecordedAnswer answer = run("cut", raw("hi"), true);
    assertThat(answer.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_MALFORMED);
    assertThat(answer.sse()).contains("Hello");
    assertThat(answer.failure().usage()).isNotNull();
  }

  @Test
  void errorEvent_isAFailure_whenInMidStream() {
    RecordedAnswer answer = run("error-midstream", raw("hi"), true);
    assertThat(answer.failure().failure()).isInstanceOf(Failure.UpstreamUnavailable.class);
    assertThat(answer.sse()).doesNotContain("it broke");
  }

  /**
   * A bare socket, because Armeria's own server takes a second to notice that an HTTP/1.1 client
   * has gone.
   */
  @Test
  void cancellation_closesTheConnectionAtOnce_whenTheVendorHasNotAnswered() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      OpenAiConfig config =
          new OpenAiConfig(
              "http://127.0.0.1:" + silent.getLocalPort() + "/v1",
              new Secret(KEY),
              HttpProtocol.AUTO);
      ModelProvider nobody =
          new OpenAiProvider("lab", config, new LimitSettings(1, 1 << 20, 1 << 20), factory);
      RecordedAnswer answer = new RecordedAnswer();
      Exchange exchange = nobody.open(call("ok", raw("hi"), false), answer);
      try (Socket connection = silent.accept()) {
        InputStream in = connection.getInputStream();
        assertThat(in.read()).isEqualTo('P');
        long began = System.nanoTime();
        exchange.cancel(UpstreamFailure.cancelled());
        in.transferTo(OutputStream.nullOutputStream());
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(500));
      }
      assertThat(answer.await().failure().result())
          .isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
    }
  }

  /**
   * With a receive buffer of fixed size, because the kernel's own grows until a whole answer of any
   * sensible length fits into it.
   */
  @Test
  void backPressure_stopsReadingFromTheVendor_whileTheListenerIsNotReady() {
    try (ClientFactory small =
        ClientFactory.builder().channelOption(ChannelOption.SO_RCVBUF, 64 << 10).build()) {
      OpenAiConfig config =
          new OpenAiConfig(upstream.baseUrl(), new Secret(KEY), HttpProtocol.AUTO);
      ModelProvider lab =
          new OpenAiProvider("lab", config, new LimitSettings(10, 64 << 20, 1 << 20), small);
      RecordedAnswer answer = new RecordedAnswer();
      answer.ready(false);
      Exchange exchange = lab.open(call("many", raw("hi"), true), answer);
      await().until(() -> !upstream.ledger().isEmpty() && upstream.last().bytesSent() > 0);
      AtomicInteger before = new AtomicInteger(-1);
      await()
          .during(Duration.ofMillis(300))
          .until(
              () -> before.getAndSet(upstream.last().bytesSent()) == upstream.last().bytesSent());
      assertThat(before.get()).isLessThan(ScriptedUpstream.MANY_BYTES / 4);
      assertThat(answer.ended()).isFalse();
      answer.ready(true);
      exchange.resume();
      answer.await();
      assertThat(answer.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
      assertThat(upstream.last().bytesSent()).isGreaterThan(ScriptedUpstream.MANY_BYTES);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpProtocol.class)
  void everyProtocol_works(HttpProtocol protocol) {
    RecordedAnswer answer = new RecordedAnswer();
    provider(protocol, 1 << 20).open(call("ok", raw("hi"), true), answer);
    assertThat(answer.await().completion().text()).isEqualTo("Hello world");
  }

  @Test
  void toString_doesNotShowTheKey() {
    OpenAiConfig config = new OpenAiConfig("http://x/v1", new Secret(KEY), HttpProtocol.AUTO);
    assertThat(config.toString()).doesNotContain(KEY);
  }

  @Test
  void e5_flaggedInput_isTheCallersFault_andLeftToAnotherModel() {
    String flagged =
        "{\"error\":{\"code\":403,\"message\":\"m requires moderation\",\"metadata\":"
            + "{\"reasons\":[\"violence\"],\"flagged_input\":\"hel\",\"model_slug\":\"m\"}}}";
    UpstreamFailure failure = failure(RawUpstream.Answer.json(403, "", flagged), true);
    assertThat(failure.failure().reason()).isEqualTo("UPSTREAM_REJECTED");
    assertThat(failure.failure().countsAgainstBreaker()).isFalse();
    assertThat(failure.next()).isEqualTo(Next.OTHER_MODEL);
    assertThat(failure.errorBody().toStringUtf8()).isEqualTo(flagged);
  }
}
