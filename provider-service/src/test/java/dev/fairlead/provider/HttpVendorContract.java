package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.http.VisibleHeaders;
import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.provider.testkit.RawUpstream.End;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every adapter of a vendor with an HTTP API must do when the vendor or the network does not
 * do its part. An adapter's test gives the vendor's wire format; the bytes are sent by {@link
 * RawUpstream}.
 */
public abstract class HttpVendorContract extends ProviderContract {

  /** Answers longer than this are refused by {@link #provider(String)}. */
  protected static final int ANSWER_BYTES = 8 << 20;

  /** Events longer than this are refused by {@link #provider(String)}. */
  protected static final int EVENT_BYTES = 1 << 20;

  /** A count of tokens, in every vendor's words. */
  private static final String COUNTS = "(\"\\w*[tT]okens?(?:Count)?\":\\s*)\\d+";

  /** An adapter for a vendor at that root, called with {@link #key}. */
  protected abstract ModelProvider provider(String root);

  /** The key that no message may show. */
  protected abstract String key();

  /** A whole answer that says that text; {@code usage} tells whether it carries usage. */
  protected abstract String answer(String text, boolean usage);

  /** The frames of a stream, the first content in the second: text in one frame a piece. */
  protected abstract List<byte[]> frames(boolean usage, String... pieces);

  /** An error's body. */
  protected abstract String error(int status, String message);

  /** An error in mid-stream, as a frame. */
  protected abstract byte[] errorFrame();

  /** Something that a stream may say without saying anything. */
  protected abstract byte[] idleFrame();

  /** Of a stream. */
  protected abstract String contentType();

  /** Where the vendor says its own id of a request; empty for nowhere. */
  protected abstract String requestIdHeader();

  protected Answer open(List<byte[]> frames) {
    return Answer.openStream("content-type: " + contentType() + "\r\n", frames);
  }

  protected Answer open(byte[]... frames) {
    return open(List.of(frames));
  }

  protected RecordedAnswer run(Answer answer, RequestForm form, boolean streamed) {
    try (RawUpstream vendor = RawUpstream.start(request -> answer)) {
      RecordedAnswer recorded = new RecordedAnswer();
      provider(vendor.baseUrl()).open(call("m", form, streamed), recorded);
      recorded.await();
      assertThat(recorded.endedOnce()).isTrue();
      assertThat(vendor.calls()).isEqualTo(1);
      return recorded;
    }
  }

  protected RecordedAnswer run(Answer answer, boolean streamed) {
    return run(answer, asPassed("hello"), streamed);
  }

  protected UpstreamFailure failure(Answer answer, boolean streamed) {
    UpstreamFailure failure = run(answer, streamed).failure();
    assertThat(failure.toString()).doesNotContain(key()).doesNotContain("127.0.0.1");
    assertThat(failure.failure().message()).doesNotContain(key());
    assertThat(failure.errorBody().toStringUtf8()).doesNotContain(key());
    return failure;
  }

  protected static void assertMalformed(UpstreamFailure failure) {
    assertThat(failure.result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_MALFORMED);
    assertThat(failure.next()).isEqualTo(Next.RETRY);
    assertThat(failure.failure().reason()).isEqualTo("UPSTREAM_MALFORMED");
  }

  protected Answer whole(List<byte[]> frames) {
    return open(frames).completed();
  }

  protected static String text(RecordedAnswer answer) {
    return answer.deltas().stream().map(ChatDelta::getText).collect(Collectors.joining());
  }

  /** What the caller has heard of a stream. */
  protected String heard(RecordedAnswer answer) {
    return passesAny() ? answer.sse() : text(answer);
  }

  @ParameterizedTest
  @CsvSource({
    "400, REJECTED, NOTHING, UPSTREAM_REJECTED",
    "413, REJECTED, NOTHING, UPSTREAM_REJECTED",
    "422, REJECTED, NOTHING, UPSTREAM_REJECTED",
    "401, REJECTED, OTHER_MODEL, UPSTREAM_MISCONFIGURED",
    "402, REJECTED, OTHER_MODEL, UPSTREAM_MISCONFIGURED",
    "403, REJECTED, OTHER_MODEL, UPSTREAM_MISCONFIGURED",
    "429, RATE_LIMITED, RETRY, RATE_LIMITED",
    "408, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "409, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "424, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "425, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "500, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "502, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "503, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "529, UNAVAILABLE, RETRY, UPSTREAM_UNAVAILABLE",
    "302, MALFORMED, RETRY, UPSTREAM_MALFORMED",
  })
  void status_isMapped_whateverTheBody(int status, String result, Next next, String reason) {
    for (String body : List.of(error(status, "no"), "<html>no</html>", "")) {
      for (boolean streamed : new boolean[] {false, true}) {
        UpstreamFailure failure =
            failure(Answer.json(status, "location: http://127.0.0.1:1/x\r\n", body), streamed);
        assertThat(failure.result()).isEqualTo(AttemptResult.valueOf("ATTEMPT_RESULT_" + result));
        assertThat(failure.next()).isEqualTo(next);
        assertThat(failure.failure().reason()).isEqualTo(reason);
      }
    }
  }

  @Test
  void refusal_carriesTheVendorsWordsAndBody_unlessTheyShowTheKey() {
    String body = error(400, "temperature must be at most 1");
    UpstreamFailure failure = failure(Answer.json(400, "", body), false);
    assertThat(failure.failure().message()).isEqualTo("temperature must be at most 1");
    // Only callers of the vendor's own dialect can read it.
    assertThat(failure.errorBody().toStringUtf8()).isEqualTo(passesAny() ? body : "");
    for (int status : new int[] {400, 401, 429, 500}) {
      String leaking = error(status, "you sent " + key());
      assertThat(failure(Answer.json(status, "", leaking), true).errorBody().isEmpty()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'retry-after: 7', 7000",
    "'retry-after-ms: 250', 250",
    "'retry-after-ms: soon|retry-after: 7', 7000",
    "'retry-after: 1e9', 3600000",
    "'retry-after: Wed, 21 Oct 2099 07:28:00 GMT', 3600000",
    "'retry-after: -5', -1",
    "'retry-after: Wed, 21 Oct 2015 07:28:00 GMT', -1",
    "'retry-after: later', -1",
    "'x-other: 1', -1",
  })
  void e3_wait_isWhatTheVendorAsksFor_withinAnHour(String headers, long millis) {
    String lines = headers.replace("|", "\r\n") + "\r\n";
    UpstreamFailure failure = failure(Answer.json(429, lines, error(429, "slow")), false);
    assertThat(failure.failure().retryAfter())
        .isEqualTo(millis < 0 ? null : Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>Welcome</html>",
        "",
        "{\"cut",
        "[]",
        "{\"result\":\"fine\"}",
        "{}x",
        "null"
      })
  void e6_answerOfNoSense_isMalformed(String body) {
    assertMalformed(failure(Answer.json(200, "", body), false));
    assertMalformed(failure(Answer.json(200, "", body), true));
  }

  @Test
  void e6_missingUsage_isEstimatedAndFlagged() {
    RecordedAnswer whole = run(Answer.json(200, "", answer("Hello world", false)), false);
    assertThat(whole.completion().usage().estimated()).isTrue();
    assertThat(whole.completion().usage().promptTokens()).isBetween(1L, 30L);
    assertThat(whole.completion().usage().completionTokens()).isBetween(1L, 5L);
    RecordedAnswer streamed = run(whole(frames(false, "Hello", " world")), true);
    assertThat(streamed.completion().usage().estimated()).isTrue();
    assertThat(streamed.completion().usage().completionTokens()).isBetween(1L, 5L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-7", "99999999999999999999", "9e99", "\"9\"", "[]"})
  protected void j5_countThatCannotBe_isEstimatedAndFlagged(String count) {
    String counted = answer("Hello world", true).replaceAll(COUNTS, "$1" + count);
    assertThat(counted).contains(count);
    assertEstimated(run(Answer.json(200, "", counted), false));
    if (contentType().equals("text/event-stream")) {
      List<byte[]> frames = new ArrayList<>();
      for (byte[] frame : frames(true, "Hello", " world")) {
        String text = new String(frame, StandardCharsets.UTF_8).replaceAll(COUNTS, "$1" + count);
        frames.add(text.getBytes(StandardCharsets.UTF_8));
      }
      assertEstimated(run(whole(frames), true));
    }
  }

  private static void assertEstimated(RecordedAnswer answer) {
    assertThat(answer.completion().usage().estimated()).isTrue();
    assertThat(answer.completion().usage().promptTokens()).isBetween(1L, 30L);
    assertThat(answer.completion().usage().completionTokens()).isBetween(1L, 5L);
    assertThat(answer.completion().usage().cachedPromptTokens()).isZero();
  }

  @Test
  void e8_answerShorterThanItsLength_isMalformed() {
    String body = answer("Hello", true);
    String head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    assertMalformed(failure(Answer.raw(head + "content-length: 9999\r\n\r\n" + body), false));
    assertMalformed(
        failure(
            Answer.raw(
                head
                    + "transfer-encoding: chunked\r\n\r\n"
                    + Integer.toHexString(body.length())
                    + "\r\n"
                    + body.substring(0, body.length() / 2)),
            false));
    assertMalformed(
        failure(
            Answer.raw(head + "content-length: " + (body.length() / 2) + "\r\n\r\n" + body),
            false));
  }

  @Test
  void e9_hugeAnswer_isCut_atTheBound() {
    String piece = " ".repeat(1 << 20);
    List<byte[]> pieces = new ArrayList<>();
    pieces.add(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 209715200\r\n\r\n"
            .getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < 200; i++) {
      pieces.add(piece.getBytes(StandardCharsets.ISO_8859_1));
    }
    UpstreamFailure failure = failure(new Answer(pieces, End.CLOSE), false);
    assertMalformed(failure);
    assertThat(failure.failure().message()).contains("more than " + ANSWER_BYTES + " bytes");
  }

  @Test
  void e10_slowAnswer_endsWhenItIsGivenUp() {
    String head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    try (RawUpstream vendor = RawUpstream.start(r -> Answer.raw(head).then(End.HANG))) {
      RecordedAnswer answer = new RecordedAnswer();
      Exchange exchange =
          provider(vendor.baseUrl()).open(call("m", asPassed("hello"), false), answer);
      await().until(() -> vendor.calls() == 1);
      exchange.cancel(UpstreamFailure.timeout("too slow"));
      assertThat(answer.await().failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_TIMEOUT);
      await().pollInterval(Duration.ofMillis(2)).until(() -> vendor.callersLeft() == 1);
    }
  }

  @Test
  void e11_headersOfTheVendor_stayHere_unlessAllowed() {
    String headers =
        "set-cookie: s=1\r\nx-api-key: "
            + key()
            + "\r\nauthorization: "
            + key()
            + "\r\nserver: x\r\nrequest-id: "
            + "r".repeat(300)
            + "\r\nx-request-id: "
            + "r".repeat(300)
            + "\r\n";
    RecordedAnswer answer = run(Answer.json(200, headers, answer("Hello", true)), false);
    assertThat(answer.completion().headers()).isEmpty();
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      many.append("x-filler-").append(i).append(": y\r\n");
    }
    UpstreamFailure failure =
        failure(Answer.json(200, many.toString(), answer("Hello", true)), false);
    assertThat(failure.next()).isEqualTo(Next.RETRY);
  }

  @Test
  void e11_requestIdOfTheVendor_isShownUnderOurName_ofAnswersStreamsAndRefusals() {
    Map<String, String> shown =
        requestIdHeader().isEmpty()
            ? Map.of()
            : Map.of(VisibleHeaders.UPSTREAM_REQUEST_ID, "req_7");
    String id = requestIdHeader().isEmpty() ? "" : requestIdHeader() + ": req_7\r\n";
    for (int status : new int[] {400, 401, 429, 503}) {
      for (boolean streamed : new boolean[] {false, true}) {
        Answer refusal = Answer.json(status, id + "set-cookie: s=1\r\n", error(status, "no"));
        assertThat(failure(refusal, streamed).headers()).isEqualTo(shown);
      }
    }
    RecordedAnswer answer = run(Answer.json(200, id, answer("Hello", true)), false);
    assertThat(answer.completion().headers()).isEqualTo(shown);
    Answer stream =
        Answer.openStream(
            id + "content-type: " + contentType() + "\r\n", frames(true, "Hello", " world"));
    assertThat(run(stream.completed(), true).headers()).isEqualTo(shown);
  }

  @Test
  void e11_headerThatShowsTheKey_staysHere() {
    String id = requestIdHeader().isEmpty() ? "x-request-id" : requestIdHeader();
    String header = id + ": of " + key() + "\r\n";
    assertThat(failure(Answer.json(429, header, error(429, "no")), false).headers()).isEmpty();
    assertThat(run(Answer.json(200, header, answer("Hello", true)), false).completion().headers())
        .isEmpty();
  }

  @Test
  void e12_compressedAnswer_isRefused_unread() {
    String head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n"
            + "content-length: 5\r\n\r\nxxxxx";
    assertMalformed(failure(Answer.raw(head), false));
    assertMalformed(
        failure(Answer.raw(head.replace("application/json", "text/event-stream")), true));
  }

  @Test
  void f1_deathBeforeContent_isAFailureWithoutUsage() {
    for (End end : new End[] {End.CLOSE, End.RESET}) {
      UpstreamFailure silent = failure(new Answer(List.of(), end), true);
      assertThat(silent.next()).isEqualTo(Next.RETRY);
      assertThat(silent.usage()).isNull();
      byte[] first = frames(true, "Hello").getFirst();
      UpstreamFailure begun = failure(open(first).then(end), true);
      assertThat(begun.next()).isEqualTo(Next.RETRY);
      assertThat(begun.usage()).isNull();
    }
  }

  @Test
  void f2_deathAfterContent_isAFailureWithWhatWasSpent() {
    List<byte[]> whole = frames(true, "Hello", " world");
    for (Answer answer :
        List.of(
            open(whole.get(0), whole.get(1)).then(End.CLOSE),
            open(whole.get(0), whole.get(1)).then(End.RESET),
            open(whole.get(0), whole.get(1)).completed())) {
      RecordedAnswer recorded = run(answer, true);
      assertMalformed(recorded.failure());
      assertThat(heard(recorded)).contains("Hello").doesNotContain(" world");
      assertThat(recorded.failure().usage()).isNotNull();
      assertThat(recorded.failure().usage().completionTokens()).isPositive();
      assertThat(recorded.failure().usage().estimated()).isTrue();
    }
  }

  @Test
  void f2_errorInMidStream_isAFailureWithWhatWasSpent() {
    List<byte[]> whole = frames(true, "Hello", " world");
    RecordedAnswer answer = run(open(whole.get(0), whole.get(1), errorFrame()).completed(), true);
    assertThat(answer.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
    assertThat(answer.failure().usage()).isNotNull();
    assertThat(heard(answer)).contains("Hello").doesNotContain("error");
  }

  @Test
  void f3_stall_isOursToEnd_andIsCharged() {
    List<byte[]> whole = frames(true, "Hello", " world");
    Answer stalled = open(whole.get(0), whole.get(1), idleFrame());
    try (RawUpstream vendor = RawUpstream.start(request -> stalled)) {
      RecordedAnswer answer = new RecordedAnswer();
      Exchange exchange =
          provider(vendor.baseUrl()).open(call("m", asPassed("hello"), true), answer);
      await().until(() -> answer.parts().stream().anyMatch(AnswerPart::content));
      exchange.cancel(UpstreamFailure.timeout("idle"));
      answer.await();
      assertThat(answer.failure().usage()).isNotNull();
      assertThat(answer.failure().usage().promptTokens()).isPositive();
      assertThat(answer.failure().usage().completionTokens()).isPositive();
      assertThat(answer.failure().usage().estimated()).isTrue();
      await().pollInterval(Duration.ofMillis(2)).until(() -> vendor.callersLeft() == 1);
    }
  }

  @Test
  void f4_streamIsTheSame_whenEveryByteComesAlone() {
    String said = "Grüße 🚢 你好";
    List<byte[]> frames = frames(true, said.substring(0, 4), said.substring(4));
    String expected = heard(run(whole(frames), true));
    for (byte[] bytes : bodies(frames)) {
      List<byte[]> pieces = new ArrayList<>();
      pieces.add(
          ("HTTP/1.1 200 OK\r\ncontent-type: "
                  + contentType()
                  + "\r\nconnection: close\r\ncontent-length: "
                  + bytes.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.ISO_8859_1));
      for (byte b : bytes) {
        pieces.add(new byte[] {b});
      }
      RecordedAnswer answer = run(new Answer(pieces, End.CLOSE), true);
      assertThat(heard(answer)).isEqualTo(expected);
      assertThat(answer.completion().text()).isEqualTo(said);
      RequestForm typed = new RequestForm.Typed(typedRequest("hello"));
      assertThat(text(run(new Answer(pieces, End.CLOSE), typed, true))).isEqualTo(said);
    }
  }

  /** What may stand for the same stream, as whole bodies. */
  protected List<byte[]> bodies(List<byte[]> frames) {
    return List.of(joined(frames));
  }

  protected static byte[] joined(List<byte[]> frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    frames.forEach(out::writeBytes);
    return out.toByteArray();
  }

  @Test
  void f6_cancellation_reachesTheVendorAtOnce_andIsCharged() {
    List<byte[]> whole = frames(true, "Hello", " world");
    Answer stalled = open(whole.get(0), whole.get(1));
    try (RawUpstream vendor = RawUpstream.start(request -> stalled)) {
      RecordedAnswer answer = new RecordedAnswer();
      Exchange exchange =
          provider(vendor.baseUrl()).open(call("m", asPassed("hello"), true), answer);
      await().until(() -> answer.parts().stream().anyMatch(AnswerPart::content));
      long began = System.nanoTime();
      exchange.cancel(UpstreamFailure.cancelled());
      await().pollInterval(Duration.ofMillis(1)).until(() -> vendor.callersLeft() == 1);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
      assertThat(answer.await().failure().result())
          .isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
      assertThat(answer.failure().usage()).isNotNull();
      assertThat(answer.failure().usage().completionTokens()).isPositive();
      assertThat(answer.endedOnce()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void listenerThatBreaks_endsTheCallOnce(boolean streamed) {
    Answer answer =
        streamed ? open(frames(true, "Hello", " world")) : Answer.json(200, "", answer("Hi", true));
    RecordedAnswer told = new RecordedAnswer();
    AnswerListener breaking =
        new ForwardingListener(told) {
          @Override
          public void onPart(AnswerPart part) {
            if (part.content()) {
              throw new IllegalStateException("this part cannot be told");
            }
          }
        };
    try (RawUpstream vendor = RawUpstream.start(request -> answer)) {
      provider(vendor.baseUrl()).open(call("m", asPassed("hello"), streamed), breaking);
      assertMalformed(told.await().failure());
      assertThat(told.endedOnce()).isTrue();
    }
  }

  @Test
  void requestThatTheAdapterCannotSend_isLeftToAnotherModel() {
    RecordedAnswer answer = new RecordedAnswer();
    RequestForm form =
        new RequestForm.Raw(Spans.raw(Dialect.DIALECT_OPENAI_EMBEDDINGS, "{\"input\":\"hi\"}"));
    provider().open(call("m", form, true), answer);
    assertThat(answer.await().failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_REJECTED);
    assertThat(answer.failure().failure()).isInstanceOf(Failure.InvalidRequest.class);
    assertThat(answer.failure().next()).isEqualTo(Next.OTHER_MODEL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"\\ud800\"}",
        "{\"\\udc00\":1}",
        "{\"a\":1e999999999}",
        "{\"a\":1e999999999999}"
      })
  void requestWithStrangeJsonInside_endsOnce(String arguments) {
    ChatRequest request =
        typedRequest("hello").toBuilder()
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_ASSISTANT)
                    .addToolCalls(
                        ToolCall.newBuilder().setId("c1").setName("f").setArgumentsJson(arguments)))
            .addTools(Tool.newBuilder().setName("f").setParametersJsonSchema(arguments))
            .build();
    RecordedAnswer answer = run(upstream(), new RequestForm.Typed(request), false);
    assertThat(answer.endedOnce()).isTrue();
  }

  @Test
  void refusedConnection_isUnavailable() {
    RecordedAnswer answer = new RecordedAnswer();
    provider("http://127.0.0.1:1").open(call("m", asPassed("hi"), false), answer);
    assertThat(answer.await().failure().result())
        .isEqualTo(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
    assertThat(answer.failure().failure().message())
        .matches(".*: (connection refused|no connection in time)");
  }

  @Test
  void key_isInNoText() {
    assertThat(provider().toString()).doesNotContain(key());
  }
}
