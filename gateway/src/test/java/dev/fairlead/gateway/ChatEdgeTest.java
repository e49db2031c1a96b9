package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.RawAnswer;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatEdgeTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT = "/v1/chat/completions";
  private static final String PROMPT =
      "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}";

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("limits: {max_body_bytes: 4096}\n");
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
  }

  @AfterEach
  void nothingIsLeftUnderWay() {
    await().untilAsserted(() -> assertThat(backends.cache.openLeases.get()).isZero());
    await()
        .untilAsserted(() ->
            assertThat(Http.get(backends.url("/metrics")).body())
                .contains("llm_router_requests_in_flight 0.0"));
  }

  private HttpResponse<String> chat(String more, String... headers) {
    return Http.post(backends.url(CHAT), PROMPT.formatted(more), headers);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void answer_isTheUpstreamsBytesWithHeaders_whenComplete() {
    HttpResponse<String> response =
        chat("", "content-type", "application/json", "x-request-id", "abc-1");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(FakeProvider.BODY);
    assertThat(header(response, "x-request-id")).isEqualTo("abc-1");
    assertThat(header(response, "x-model-used")).isEqualTo("small");
    // 1000 x 0.15 + 100 x 0.60 USD per million; the baseline costs 2.50 and 10.
    assertThat(header(response, "x-query-cost")).isEqualTo("0.00021");
    assertThat(header(response, "x-fairlead-saved")).isEqualTo("0.00329");
    assertThat(header(response, "x-fairlead-cache")).isEqualTo("miss");
    assertThat(header(response, "x-fairlead-policy")).isEqualTo("complexity");
    assertThat(header(response, "x-fairlead-reason")).isEqualTo("complexity_below_simple");
    assertThat(header(response, "x-fairlead-complexity")).isEqualTo("0.1");
    assertThat(header(response, "x-fairlead-attempts")).isEqualTo("1");
    assertThat(Double.parseDouble(header(response, "x-fairlead-overhead-ms"))).isPositive();
  }

  @Test
  void requestBytes_reachTheProviderUnchanged_withSpansOfEveryMember() {
    String body =
        "{ \"future\" : {\"x\":1.50},\"messages\":[{\"role\":\"user\",\"content\":\"h\\u0069\"}] }";
    Http.post(backends.url(CHAT), body);
    var raw = backends.provider.calls.getFirst().getRaw();
    assertThat(raw.getBody().toStringUtf8()).isEqualTo(body);
    assertThat(raw.getFieldsList())
        .extracting(f -> f.getName())
        .containsExactly("future", "messages");
  }

  @ParameterizedTest
  @CsvSource({"0.1,small", "0.5,medium", "0.9,large"})
  void tier_followsComplexity_whenAuto(double complexity, String model) {
    backends.scorer.complexity = text -> complexity;
    assertThat(header(chat(""), "x-model-used")).isEqualTo(model);
  }

  @Test
  void order_holdsEveryModel_soThatTheProviderCanFallBack() {
    chat("");
    assertThat(backends.provider.calls.getFirst().getModelIdsList())
        .containsExactly("small", "medium", "large");
  }

  @Test
  void standardTier_serves_whenTheScorerIsAway() {
    backends.scorer.away = true;
    HttpResponse<String> response = chat("");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "x-model-used")).isEqualTo("medium");
    assertThat(header(response, "x-fairlead-reason")).isEqualTo("scorer_unavailable");
    assertThat(header(response, "x-fairlead-complexity")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -0.5, 1.5})
  void standardTier_serves_whenTheScorerGivesNoUsableNumber(double complexity) {
    backends.scorer.complexity = text -> complexity;
    HttpResponse<String> response = chat("");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "x-model-used")).isEqualTo("medium");
    assertThat(header(response, "x-fairlead-reason")).isEqualTo("scorer_unavailable");
    assertThat(header(response, "x-fairlead-complexity")).isEmpty();
  }

  @Test
  void request_isServed_whenTheCacheIsAway() {
    backends.cache.away = true;
    HttpResponse<String> response = chat("");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "x-fairlead-cache")).isEqualTo("bypass");
  }

  @Test
  void repeatedPrompt_isAHit_withoutScoring() {
    chat("");
    int scored = backends.scorer.analyses.get();
    HttpResponse<String> second = chat("");
    assertThat(second.body()).isEqualTo(FakeProvider.BODY);
    assertThat(header(second, "x-fairlead-cache")).isEqualTo("hit");
    assertThat(header(second, "x-query-cost")).isEqualTo("0");
    assertThat(header(second, "x-fairlead-saved")).isEqualTo("0.0035");
    assertThat(header(second, "x-model-used")).isEqualTo("small");
    assertThat(backends.provider.calls).hasSize(1);
    assertThat(backends.scorer.analyses.get()).isEqualTo(scored);
  }

  @Test
  void stream_endsWithTerminator_andWithoutUnaskedUsage() {
    HttpResponse<String> response = chat(",\"stream\":true");
    assertThat(header(response, "content-type")).startsWith("text/event-stream");
    assertThat(header(response, "x-accel-buffering")).isEqualTo("no");
    assertThat(header(response, "cache-control")).isEqualTo("no-cache");
    assertThat(header(response, "x-model-used")).isEqualTo("small");
    assertThat(response.body())
        .endsWith("data: [DONE]\n\n")
        .contains("\"o\"", "\"k\"")
        .doesNotContain("usage");
  }

  @Test
  void stream_tellsUsageAndCost_whenAsked() throws Exception {
    HttpResponse<String> response =
        chat(",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    String[] events = response.body().split("\n\n");
    JsonNode usage = JSON.readTree(events[events.length - 2].substring("data: ".length()));
    assertThat(usage.path("choices").isEmpty()).isTrue();
    assertThat(usage.path("usage").path("prompt_tokens").asInt()).isEqualTo(1000);
    assertThat(usage.path("fairlead").path("cost_usd").decimalValue())
        .isEqualByComparingTo("0.00021");
  }

  @Test
  void streamedEntry_isAlsoAHit_forACompleteRequest_andTheOtherWayRound() throws Exception {
    chat(",\"stream\":true");
    HttpResponse<String> complete = chat("");
    assertThat(header(complete, "x-fairlead-cache")).isEqualTo("hit");
    JsonNode answer = JSON.readTree(complete.body());
    assertThat(answer.path("choices").path(0).path("message").path("content").asText())
        .isEqualTo("ok");
    backends.cache.stored.clear();
    chat("");
    HttpResponse<String> streamed = chat(",\"stream\":true");
    assertThat(header(streamed, "x-fairlead-cache")).isEqualTo("hit");
    assertThat(streamed.body()).contains("ok").endsWith("data: [DONE]\n\n");
  }

  @Test
  void semanticHit_isServed_afterScoring() {
    backends.cache.semanticPossible = true;
    backends.cache.semanticHit = nearHit();
    HttpResponse<String> response = chat("");
    assertThat(response.body()).isEqualTo("{\"near\":true}");
    assertThat(header(response, "x-fairlead-cache")).isEqualTo("semantic");
    assertThat(header(response, "x-fairlead-similarity")).isEqualTo("0.95");
    assertThat(backends.provider.calls).isEmpty();
  }

  /** The vector of a text's beginning says nothing of its end. */
  @Test
  void nothingSemantic_isLookedUpOrStored_whenTheTextIsLongerThanTheEncodersWindow() {
    backends.cache.semanticPossible = true;
    backends.cache.semanticHit = nearHit();
    backends.scorer.truncated = true;
    HttpResponse<String> response = chat("");
    assertThat(header(response, "x-fairlead-cache")).isEqualTo("miss");
    assertThat(backends.provider.calls).hasSize(1);
    assertThat(backends.scorer.analyses.get()).isEqualTo(1);
    assertThat(backends.cache.lookups)
        .hasSize(2)
        .allSatisfy(lookup -> assertThat(lookup.getEmbeddingCount()).isZero());
    assertThat(backends.cache.stored.values())
        .singleElement()
        .satisfies(kept -> {
          assertThat(kept.getEmbeddingCount()).isZero();
          assertThat(kept.getModelFingerprint()).isEmpty();
        });
    assertThat(header(chat(""), "x-fairlead-cache")).isEqualTo("hit");
  }

  private static CacheHit nearHit() {
    return CacheHit.newBuilder()
        .setKind(CacheHit.Kind.KIND_SEMANTIC)
        .setSimilarity(0.95)
        .setAnswer(
            CachedAnswer.newBuilder()
                .setModelId("large")
                .setUsage(FakeProvider.USAGE)
                .setRaw(
                    RawAnswer.newBuilder()
                        .setDialect(Dialect.DIALECT_OPENAI_CHAT)
                        .setBody(ByteString.copyFromUtf8("{\"near\":true}"))))
        .build();
  }

  @Test
  void unusableEntry_isAMiss() {
    chat("");
    backends.cache.stored.replaceAll((key, entry) ->
        entry.toBuilder()
            .setAnswer(
                entry.getAnswer().toBuilder()
                    .setRaw(RawAnswer.newBuilder().setBody(ByteString.copyFromUtf8("garbage"))))
            .build());
    HttpResponse<String> response = chat(",\"stream\":true");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "x-fairlead-cache")).isEqualTo("miss");
    assertThat(backends.provider.calls).hasSize(2);
  }

  @Test
  void answer_isNotKept_butMayBeAKeptOne_whenTheRequestSaysStoreFalse() {
    assertThat(header(chat(",\"store\":false"), "x-fairlead-cache")).isEqualTo("miss");
    assertThat(header(chat(",\"store\":false,\"stream\":true"), "x-fairlead-cache"))
        .isEqualTo("miss");
    assertThat(backends.cache.stored).isEmpty();
    assertThat(header(chat(",\"store\":true"), "x-fairlead-cache")).isEqualTo("miss");
    assertThat(backends.cache.stored).hasSize(1);
    assertThat(header(chat(",\"store\":false"), "x-fairlead-cache")).isEqualTo("hit");
    assertThat(backends.provider.calls).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({"no-store,0,0", "no-cache,0,1"})
  void cacheControl_isObeyed(String directive, int lookups, int stores) {
    HttpResponse<String> response =
        chat("", "content-type", "application/json", "cache-control", directive);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "x-fairlead-cache")).isEqualTo("bypass");
    assertThat(backends.cache.lookups).hasSize(lookups);
    assertThat(backends.cache.stored).hasSize(stores);
  }

  @ParameterizedTest
  @CsvSource({"FINISH_REASON_LENGTH", "FINISH_REASON_CONTENT_FILTER", "FINISH_REASON_TOOL_CALLS"})
  void answer_isNotStored_whenItDidNotFinishCleanly(FinishReason reason) {
    backends.provider.finishReason = reason;
    chat("");
    assertThat(backends.cache.stored).isEmpty();
  }

  @Test
  void failureAfterContent_isAnEventWithoutTerminator() {
    backends.provider.failMidStream = true;
    HttpResponse<String> response = chat(",\"stream\":true");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .contains("\"error\"", "upstream_invalid_response")
        .doesNotContain("[DONE]");
    assertThat(backends.cache.stored).isEmpty();
  }

  @Test
  void failureBeforeContent_isAPlainError_whenStreaming() {
    backends.provider.failure = new Failure.RateLimited("too many", Duration.ofMillis(1500));
    HttpResponse<String> response = chat(",\"stream\":true");
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(header(response, "retry-after")).isEqualTo("2");
    assertThat(header(response, "retry-after-ms")).isEqualTo("1500");
    assertThat(response.body()).contains("rate_limit_exceeded");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model\":\"auto\"|400|",
        "[]|400|",
        "{\"model\":\"auto\",\"model\":\"auto\",\"messages\":[]}|400|model",
        "{\"messages\":[]}|400|messages",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stream\":\"true\"}|400|stream",
        "{\"model\":\"nope\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}|404|model",
        "{\"model\":\"auto:nope\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}|404|model",
      })
  void badBody_isRefusedInTheDialect(String body, int status, String param) throws Exception {
    HttpResponse<String> response = Http.post(backends.url(CHAT), body);
    assertThat(response.statusCode()).isEqualTo(status);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.path("message").asText()).isNotEmpty();
    if (param != null) {
      assertThat(error.path("param").asText()).isEqualTo(param);
    }
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void oversizedBody_is413() {
    HttpResponse<String> response =
        Http.post(backends.url(CHAT), PROMPT.formatted(",\"x\":\"" + "y".repeat(5000) + "\""));
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("request_too_large");
  }

  @Test
  void otherMethodsAndContentTypes_areRefused() {
    HttpResponse<String> get = Http.get(backends.url(CHAT));
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(header(get, "allow")).isEqualTo("POST");
    assertThat(chat("", "content-type", "text/plain").statusCode()).isEqualTo(415);
    assertThat(Http.get(backends.url("/v1/nothing")).statusCode()).isEqualTo(404);
  }

  @Test
  void capability_narrowsTheCandidates() {
    String tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";
    HttpResponse<String> response = chat(tools);
    assertThat(header(response, "x-model-used")).isEqualTo("large");
    HttpResponse<String> explicit =
        Http.post(backends.url(CHAT), PROMPT.replace("auto", "small").formatted(tools));
    assertThat(header(explicit, "x-model-used")).isEqualTo("small");
    HttpResponse<String> images =
        Http.post(
            backends.url(CHAT),
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
                + "\"image_url\":{\"url\":\"https://x.test/a.png\"}}]}]}");
    assertThat(images.statusCode()).isEqualTo(400);
    assertThat(images.body()).contains("no_candidate", "vision");
  }

  @Test
  void costCap_choosesOrRefuses() {
    HttpResponse<String> refused =
        chat("", "content-type", "application/json", "x-fairlead-max-cost-usd", "0.000000001");
    assertThat(refused.statusCode()).isEqualTo(402);
    assertThat(refused.body()).contains("small");
    backends.scorer.complexity = text -> 0.9;
    HttpResponse<String> cheaper =
        chat("", "content-type", "application/json", "x-fairlead-max-cost-usd", "0.0005");
    assertThat(header(cheaper, "x-model-used")).isEqualTo("small");
  }

  @Test
  void policy_isTakenFromHeaderBodyAndModelName() {
    backends.scorer.complexity = text -> 0.9;
    assertThat(
            header(
                chat("", "content-type", "application/json", "x-fairlead-policy", "cheapest"),
                "x-model-used"))
        .isEqualTo("small");
    assertThat(header(chat(",\"fairlead\":{\"policy\":\"prompt_length\"}"), "x-fairlead-reason"))
        .isEqualTo("prompt_short");
    HttpResponse<String> named =
        Http.post(backends.url(CHAT), PROMPT.replace("auto", "auto:cheapest").formatted(""));
    assertThat(header(named, "x-fairlead-policy")).isEqualTo("cheapest");
    assertThat(
            chat("", "content-type", "application/json", "x-fairlead-policy", "nope").statusCode())
        .isEqualTo(400);
  }

  @Test
  void clientThatGoesAway_cancelsTheUpstream() throws Exception {
    backends.provider.hang = true;
    byte[] body = PROMPT.formatted(",\"stream\":true").getBytes(StandardCharsets.UTF_8);
    try (Socket socket = new Socket("127.0.0.1", backends.node.httpPort())) {
      OutputStream out = socket.getOutputStream();
      String head =
          "POST "
              + CHAT
              + " HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: "
              + body.length
              + "\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.UTF_8));
      out.write(body);
      out.flush();
      InputStream in = socket.getInputStream();
      assertThat(in.read()).isEqualTo('H');
    }
    await().atMost(Duration.ofSeconds(5)).until(() -> backends.provider.cancelled.get() == 1);
    assertThat(backends.cache.stored).isEmpty();
  }
}
