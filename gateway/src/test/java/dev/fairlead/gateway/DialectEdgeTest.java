package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The endpoints of every dialect but chat, in front of a provider service that speaks them. */
class DialectEdgeTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static FakeBackends backends;

  /** What a client of each format sends, and what an upstream of it answers. */
  enum Case {
    MESSAGES(
        Dialect.DIALECT_ANTHROPIC_MESSAGES,
        "/v1/messages",
        "{\"model\":\"auto\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}",
        "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"up\","
            + "\"content\":[{\"type\":\"text\","
            + "\"text\":\"ok\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
            + "\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        "event: error\n"),
    RESPONSES(
        Dialect.DIALECT_OPENAI_RESPONSES,
        "/v1/responses",
        "{\"model\":\"auto\",\"input\":\"hi\"%s}",
        "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"completed\",\"model\":\"up\","
            + "\"error\":null,\"incomplete_details\":null,\"instructions\":null,\"metadata\":{},"
            + "\"parallel_tool_calls\":true,\"temperature\":1.0,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1.0,"
            + "\"output\":[{\"id\":\"m1\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
            + "\"content\":[{\"type\":\"output_text\",\"text\":\"ok\",\"annotations\":[],\"logprobs\":[]}]}],"
            + "\"usage\":{\"input_tokens\":9,\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0},"
            + "\"output_tokens\":1,\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":10}}",
        "",
        "event: error\n"),
    COMPLETIONS(
        Dialect.DIALECT_OPENAI_COMPLETIONS,
        "/v1/completions",
        "{\"model\":\"auto\",\"prompt\":\"hi\"%s}",
        "{\"id\":\"cmpl_1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"up\","
            + "\"choices\":[{\"text\":\"ok\","
            + "\"index\":0,\"logprobs\":null,\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,\"total_tokens\":10}}",
        "data: [DONE]\n\n",
        "data: {\"error\"");

    final Dialect dialect;
    final String path;
    final String request;
    final String answer;
    final String terminator;
    final String errorEvent;

    Case(
        Dialect dialect,
        String path,
        String request,
        String answer,
        String terminator,
        String errorEvent) {
      this.dialect = dialect;
      this.path = path;
      this.request = request;
      this.answer = answer;
      this.terminator = terminator;
      this.errorEvent = errorEvent;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("limits: {max_body_bytes: 8192}\n");
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
    for (Case one : Case.values()) {
      backends.provider.bodies.put(one.dialect, one.answer);
    }
  }

  private static HttpResponse<String> send(Case one, String more, String... headers) {
    return Http.post(backends.url(one.path), one.request.formatted(more), headers);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void answer_isTheUpstreamsBytes_andIsGivenAgain(Case one) {
    HttpResponse<String> first = send(one, "");
    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    assertThat(first.body()).isEqualTo(one.answer);
    assertThat(header(first, "x-fairlead-cache")).isEqualTo("miss");
    assertThat(backends.provider.calls.getFirst().getRaw().getDialect()).isEqualTo(one.dialect);
    HttpResponse<String> second = send(one, "");
    assertThat(header(second, "x-fairlead-cache")).isEqualTo("hit");
    assertThat(second.body()).isEqualTo(one.answer);
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void replay_hasTheIdUsageAndFinishOfTheStoredAnswer(Case one) {
    send(one, "");
    String options = one == Case.COMPLETIONS ? ",\"stream_options\":{\"include_usage\":true}" : "";
    HttpResponse<String> replayed = send(one, ",\"stream\":true" + options);
    assertThat(header(replayed, "x-fairlead-cache")).isEqualTo("hit");
    assertThat(header(replayed, "x-query-cost")).isEqualTo("0");
    assertThat(Double.parseDouble(header(replayed, "x-fairlead-saved"))).isPositive();
    switch (one) {
      case MESSAGES ->
          assertThat(replayed.body())
              .contains("\"id\":\"msg_1\"", "\"stop_reason\":\"end_turn\"")
              .contains("\"input_tokens\":9", "\"output_tokens\":1");
      case RESPONSES ->
          assertThat(replayed.body())
              .contains("\"id\":\"resp_1\"", "\"type\":\"response.completed\"")
              .contains("\"input_tokens\":9", "\"output_tokens\":1");
      case COMPLETIONS ->
          assertThat(replayed.body())
              .contains("\"id\":\"cmpl_1\"", "\"finish_reason\":\"stop\"")
              .contains("\"prompt_tokens\":9", "\"completion_tokens\":1");
    }
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void wholeAnswer_isToldAsAStream_andTheStreamAsAWhole(Case one) throws Exception {
    send(one, "");
    HttpResponse<String> replayed = send(one, ",\"stream\":true");
    assertThat(header(replayed, "x-fairlead-cache")).isEqualTo("hit");
    assertThat(header(replayed, "content-type")).startsWith("text/event-stream");
    assertThat(replayed.body()).contains("ok").endsWith(one.terminator);
    String events =
        replayed.body().substring(0, replayed.body().length() - one.terminator.length());

    backends.cache.stored.clear();
    backends.provider.streams.put(one.dialect, List.of(events));
    HttpResponse<String> live = send(one, ",\"stream\":true");
    assertThat(header(live, "x-fairlead-cache")).isEqualTo("miss");
    assertThat(live.body()).isEqualTo(replayed.body());
    HttpResponse<String> whole = send(one, "");
    assertThat(header(whole, "x-fairlead-cache")).isEqualTo("hit");
    JsonNode expected = JSON.readTree(one.answer);
    JsonNode told = JSON.readTree(whole.body());
    ((com.fasterxml.jackson.databind.node.ObjectNode) expected).remove("usage");
    ((com.fasterxml.jackson.databind.node.ObjectNode) told).remove("usage");
    assertThat(told).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void f2_brokenStream_endsInAnErrorEvent_withoutTerminator(Case one) {
    backends.provider.failMidStream = true;
    HttpResponse<String> response = send(one, ",\"stream\":true");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains(one.errorEvent).doesNotContain("[DONE]", "message_stop");
  }

  @ParameterizedTest
  @CsvSource({
    "messages, x, role, invalid_request_error",
    "responses, 5, input, invalid_request_error",
    "completions, 5, prompt, invalid_request_error"
  })
  void invalidRequest_namesTheField(String path, String value, String param, String type)
      throws Exception {
    String body =
        path.equals("messages")
            ? "{\"max_tokens\":1,\"messages\":[{\"role\":\"%s\",\"content\":\"a\"}]}"
                .formatted(value)
            : "{\"%s\":%s}".formatted(param, value);
    HttpResponse<String> response = Http.post(backends.url("/v1/" + path), body);
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.path("type").asText()).isEqualTo(type);
    assertThat(error.path("param").asText()).endsWith(param);
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void anthropicErrors_haveTheirShapeAndHeader() throws Exception {
    backends.provider.failure = new Failure.RateLimited("slow down", Duration.ofMillis(1500));
    HttpResponse<String> response = send(Case.MESSAGES, "", "content-type", "application/json");
    assertThat(response.statusCode()).isEqualTo(429);
    JsonNode body = JSON.readTree(response.body());
    assertThat(body.path("type").asText()).isEqualTo("error");
    assertThat(body.path("error").path("type").asText()).isEqualTo("rate_limit_error");
    assertThat(body.path("request_id").asText())
        .isEqualTo(header(response, "request-id"))
        .isEqualTo(header(response, "x-request-id"));
    assertThat(header(response, "retry-after")).isEqualTo("2");
    assertThat(header(response, "retry-after-ms")).isEqualTo("1500");
  }

  @Test
  void overload_is529ForAnthropic_and503ForOpenAi() {
    backends.provider.failure = new Failure.Overloaded("full", null);
    assertThat(send(Case.MESSAGES, "").statusCode()).isEqualTo(529);
    assertThat(send(Case.RESPONSES, "").statusCode()).isEqualTo(503);
  }

  @Test
  void retriesThatAreSpent_areToldToTheClient() {
    Attempt.Builder failed =
        Attempt.newBuilder().setResult(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
    backends.provider.failure = new Failure.UpstreamUnavailable("gone", 502, null);
    backends.provider.failedAttempts = List.of(failed.build(), failed.setNumber(2).build());
    assertThat(header(send(Case.RESPONSES, ""), "x-should-retry")).isEqualTo("false");
    backends.provider.failedAttempts = List.of(failed.build());
    assertThat(header(send(Case.RESPONSES, ""), "x-should-retry")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "2, 2", "12, 12", "1000, 99", "-1, 0", "two, 0", "1.5, 0"})
  void retriesOfTheClientsSdk_areToldToTheProviderService(String count, int told) {
    for (Case one : Case.values()) {
      backends.provider.calls.clear();
      send(one, "", "content-type", "application/json", "x-stainless-retry-count", count);
      assertThat(backends.provider.calls.getFirst().getClientRetryCount()).isEqualTo(told);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'\"store\":true', store",
    "'\"background\":true', background",
    "'\"previous_response_id\":\"resp_0\"', previous_response_id",
    "'\"conversation\":\"conv_0\"', conversation",
    "'\"prompt\":{\"id\":\"p\"}', prompt"
  })
  void responses_refuseWhatNeedsState_byName(String member, String param) throws Exception {
    HttpResponse<String> response = send(Case.RESPONSES, "," + member);
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.path("param").asText()).isEqualTo(param);
    assertThat(error.path("code").asText()).isEqualTo("unsupported_parameter");
  }

  @Test
  void b5_forwardedHeaders_areThoseOfTheList_andNoOther() {
    send(
        Case.MESSAGES,
        "",
        "content-type",
        "application/json",
        "anthropic-version",
        "2023-06-01",
        "anthropic-beta",
        "a,b",
        "x-slo-ttft-ms",
        "250",
        "x-tenant",
        "other",
        "x-fairlead-tags",
        "t",
        "x-api-key",
        "secret");
    assertThat(backends.provider.calls.getFirst().getForwardHeadersMap())
        .containsOnlyKeys("anthropic-version", "anthropic-beta", "x-slo-ttft-ms")
        .containsEntry("anthropic-beta", "a,b");
  }

  @Test
  void listHeader_reachesTheVendorWhole_whenItComesOnSeveralLines() {
    send(
        Case.MESSAGES,
        "",
        "content-type",
        "application/json",
        "anthropic-version",
        "2023-06-01",
        "anthropic-version",
        "2023-06-01",
        "anthropic-beta",
        "a,b",
        "anthropic-beta",
        "c");
    assertThat(backends.provider.calls.getFirst().getForwardHeadersMap())
        .containsEntry("anthropic-beta", "a,b,c")
        .containsEntry("anthropic-version", "2023-06-01");
  }

  @Test
  void countTokens_needsNoOutputLimit_andNoModelCall() throws Exception {
    String text = "word ".repeat(400);
    HttpResponse<String> response =
        Http.post(
            backends.url("/v1/messages/count_tokens"),
            "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\""
                + text
                + "\"}]}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(JSON.readTree(response.body()).path("input_tokens").asInt()).isBetween(300, 700);
    assertThat(backends.provider.calls).isEmpty();
    assertThat(
            Http.post(
                    backends.url("/v1/messages/count_tokens"),
                    "{\"model\":\"no-such\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")
                .statusCode())
        .isEqualTo(404);
  }

  @Test
  void models_areInAnthropicsForm_forItsClients() throws Exception {
    JsonNode page =
        JSON.readTree(
            Http.get(backends.url("/v1/models?limit=2"), "anthropic-version", "2023-06-01").body());
    assertThat(page.path("data")).hasSize(2);
    assertThat(page.path("has_more").asBoolean()).isTrue();
    String last = page.path("last_id").asText();
    JsonNode next =
        JSON.readTree(
            Http.get(
                    backends.url("/v1/models?limit=1000&after_id=" + last),
                    "anthropic-version",
                    "2023-06-01")
                .body());
    assertThat(next.path("has_more").asBoolean()).isFalse();
    assertThat(next.path("data").findValuesAsText("id")).contains("small").doesNotContain(last);
    JsonNode one =
        JSON.readTree(
            Http.get(backends.url("/v1/models/small"), "anthropic-version", "2023-06-01").body());
    assertThat(one.path("type").asText()).isEqualTo("model");
    HttpResponse<String> unknown =
        Http.get(backends.url("/v1/models/none"), "anthropic-version", "2023-06-01");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(JSON.readTree(unknown.body()).path("error").path("type").asText())
        .isEqualTo("not_found_error");
  }

  @Test
  void costCap_reachesTheProviderAsABound() {
    HttpResponse<String> response =
        send(
            Case.RESPONSES,
            "",
            "content-type",
            "application/json",
            "x-fairlead-max-cost-usd",
            "0.0001");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "x-fairlead-reason")).isEqualTo("cost_cap_clamped");
    // 0.0001 USD less the prompt, at 0.60 USD per million.
    assertThat(backends.provider.calls.getFirst().getMaxOutputTokens()).isBetween(150, 166);
    HttpResponse<String> poor =
        send(
            Case.MESSAGES,
            "",
            "content-type",
            "application/json",
            "x-fairlead-max-cost-usd",
            "0.000001");
    assertThat(poor.statusCode()).isEqualTo(402);
    assertThat(poor.body()).contains("billing_error", "small");
    assertThat(header(poor, "x-should-retry")).isEqualTo("false");
  }

  @Test
  void litellmTimeout_endsARequest() {
    backends.provider.hang = true;
    String[] headers = {"content-type", "application/json", "x-litellm-timeout", "0.3"};
    assertThat(send(Case.RESPONSES, "", headers).statusCode()).isEqualTo(504);
  }

  @Test
  void litellmStreamTimeout_endsAStreamThatHasNotBegun() {
    backends.provider.failure = null;
    backends.provider.silent = true;
    String[] headers = {"content-type", "application/json", "x-litellm-stream-timeout", "0.2"};
    HttpResponse<String> response = send(Case.MESSAGES, ",\"stream\":true", headers);
    assertThat(response.statusCode()).isEqualTo(504);
    assertThat(response.body()).contains("timeout_error");
    await().untilAsserted(() -> assertThat(backends.provider.cancelled.get()).isEqualTo(1));
  }
}
