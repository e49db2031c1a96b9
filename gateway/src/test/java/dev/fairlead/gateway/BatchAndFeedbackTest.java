package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.LabelOrigin;
import dev.fairlead.v1.LearnRequest;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.Rating;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchAndFeedbackTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT_ITEM =
      "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}";
  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("limits: {max_batch_items: 30, batch_concurrency: 4}\n");
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

  private static HttpResponse<String> post(String path, String body, String... headers) {
    return Http.post(backends.url(path), body, headers);
  }

  private static JsonNode batch(String items, String... headers) throws Exception {
    HttpResponse<String> response = post("/v1/batch", "{\"requests\":[" + items + "]}", headers);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  @Test
  void batch_isAnsweredInOrder_withPartialFailures() throws Exception {
    String answer = DialectEdgeTest.Case.COMPLETIONS.answer;
    backends.provider.bodies.put(Dialect.DIALECT_OPENAI_COMPLETIONS, answer);
    JsonNode batch =
        batch(
            String.join(
                ",",
                CHAT_ITEM.formatted("a"),
                "{\"model\":\"small\",\"prompt\":\"b\"}",
                "{\"model\":\"none\",\"prompt\":\"c\"}",
                "{\"messages\":[{\"role\":\"user\"}]}",
                "{\"prompt\":\"d\",\"stream\":true}",
                "{\"model\":\"small\",\"model\":\"large\",\"prompt\":\"e\"}"));
    assertThat(batch.path("results")).hasSize(6);
    assertThat(batch.path("results").findValuesAsText("index"))
        .startsWith("0")
        .contains("1", "2", "3", "4", "5");
    assertThat(batch.at("/results/0/response")).isEqualTo(JSON.readTree(FakeProvider.BODY));
    assertThat(batch.at("/results/0/fairlead/model").asText()).isEqualTo("small");
    assertThat(batch.at("/results/1/response")).isEqualTo(JSON.readTree(answer));
    assertThat(batch.at("/results/2/status").asInt()).isEqualTo(404);
    assertThat(batch.at("/results/2/error/code").asText()).isEqualTo("model_not_found");
    assertThat(batch.at("/results/3/error/param").asText())
        .isEqualTo("requests[3].messages[0].content");
    assertThat(batch.at("/results/4/error/param").asText()).isEqualTo("requests[4].stream");
    assertThat(batch.at("/results/5/status").asInt()).isEqualTo(400);
    assertThat(batch.path("succeeded").asInt()).isEqualTo(2);
    assertThat(batch.path("failed").asInt()).isEqualTo(4);
    assertThat(backends.provider.calls).hasSize(2);
  }

  @Test
  void batch_holdsItsConcurrency_andItsDeadlineIsShared() throws Exception {
    backends.provider.hang = true;
    StringBuilder items = new StringBuilder(CHAT_ITEM.formatted("0"));
    for (int i = 1; i < 20; i++) {
      items.append(',').append(CHAT_ITEM.formatted(i));
    }
    JsonNode batch =
        batch(items.toString(), "content-type", "application/json", "x-litellm-timeout", "0.5");
    assertThat(batch.path("failed").asInt()).isEqualTo(20);
    assertThat(batch.at("/results/0/status").asInt()).isEqualTo(504);
    assertThat(batch.at("/results/19/status").asInt()).isEqualTo(504);
    assertThat(backends.provider.calls).hasSize(4);
  }

  @Test
  void batch_failsPerItem_whenTheUpstreamFails() throws Exception {
    backends.provider.failure = new Failure.RateLimited("slow down", Duration.ofSeconds(1));
    JsonNode batch = batch(CHAT_ITEM.formatted("x") + "," + CHAT_ITEM.formatted("y"));
    assertThat(batch.at("/results/1/status").asInt()).isEqualTo(429);
    assertThat(batch.at("/results/1/error/type").asText()).isEqualTo("rate_limit_error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"requests\":[]}",
        "{\"requests\":5}",
        "{\"requests\":[5]}",
        "{\"requests\":[],\"more\":1}"
      })
  void batch_withoutRequests_is400(String body) {
    assertThat(post("/v1/batch", body).statusCode()).isEqualTo(400);
  }

  @Test
  void batch_beyondItsItems_is400() {
    String items = (CHAT_ITEM.formatted("a") + ",").repeat(30) + CHAT_ITEM.formatted("b");
    HttpResponse<String> response = post("/v1/batch", "{\"requests\":[" + items + "]}");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("1..30");
  }

  private static String answered(String text, String id) {
    HttpResponse<String> response =
        post(
            "/v1/chat/completions",
            CHAT_ITEM.formatted(text),
            "content-type",
            "application/json",
            "x-request-id",
            id);
    assertThat(response.statusCode()).isEqualTo(200);
    return response.headers().firstValue("x-fairlead-cache").orElse("");
  }

  @Test
  void feedback_ofACachedAnswer_reachesTheCache() throws Exception {
    assertThat(answered("rate me", "fb-1")).isEqualTo("miss");
    assertThat(answered("rate me", "fb-2")).isEqualTo("hit");
    HttpResponse<String> response =
        post("/v1/feedback", "{\"request_id\":\"fb-2\",\"rating\":\"down\",\"comment\":\"no\"}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(JSON.readTree(response.body()).path("from_cache").asBoolean()).isTrue();
    await().until(() -> backends.cache.reports.stream().anyMatch(report -> report.hasRating()));
    Rating rating =
        backends.cache.reports.stream()
            .filter(report -> report.hasRating())
            .findFirst()
            .orElseThrow()
            .getRating();
    assertThat(rating.getEntryId()).isEqualTo("entry-1");
    assertThat(rating.getCorrect()).isFalse();
    assertThat(rating.getScope().getTenant()).isEqualTo("default");
    assertThat(rating.getRequestId()).isEqualTo("fb-2");
    assertThat(backends.cache.lookups)
        .extracting(LookupRequest::getFingerprint)
        .contains(rating.getFingerprint());
  }

  @Test
  void feedback_ofAFreshAnswer_isCountedAndNotTheCachesBusiness() {
    answered("fresh", "fb-3");
    HttpResponse<String> response = post("/v1/feedback", "{\"request_id\":\"fb-3\",\"rating\":4}");
    assertThat(response.body()).contains("\"quality\":0.75", "\"from_cache\":false");
    assertThat(backends.cache.reports).noneMatch(report -> report.hasRating());
    assertThat(Http.get(backends.url("/metrics")).body())
        .contains("llm_router_feedback_quality_count{model=\"small\"}");
  }

  @Test
  void feedback_ofARoutedAnswer_isALabelOfTheScorer() {
    backends.scorer.expectedGain = 0.4;
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"file my tax return\"}]}";
    assertThat(
            post(
                    "/v1/chat/completions",
                    body,
                    "content-type",
                    "application/json",
                    "x-request-id",
                    "fb-4")
                .statusCode())
        .isEqualTo(200);
    assertThat(post("/v1/feedback", "{\"request_id\":\"fb-4\",\"rating\":2}").statusCode())
        .isEqualTo(200);
    await().atMost(Duration.ofSeconds(20)).until(() -> backends.scorer.labels.size() == 1);
    LearnRequest label = backends.scorer.labels.getFirst();
    assertThat(label.getTenant()).isEqualTo("default");
    assertThat(label.getText()).isEqualTo("file my tax return");
    assertThat(label.getGain()).isEqualTo(0.75);
    assertThat(label.getPropensity()).isEqualTo(1);
    assertThat(label.getOrigin()).isEqualTo(LabelOrigin.LABEL_ORIGIN_FEEDBACK);
  }

  @Test
  void feedback_ofANamedModelsAnswer_isNoLabel() {
    backends.scorer.expectedGain = 0.4;
    answered("named", "fb-5");
    assertThat(post("/v1/feedback", "{\"request_id\":\"fb-5\",\"rating\":2}").statusCode())
        .isEqualTo(200);
    assertThat(backends.scorer.labels).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"request_id\":\"unknown\",\"rating\":1}', 404, request_id",
    "'{\"rating\":1}', 400, request_id",
    "'{\"request_id\":\"x\"}', 400, rating",
    "'{\"request_id\":\"x\",\"rating\":6}', 400, rating",
    "'{\"request_id\":\"x\",\"rating\":\"meh\"}', 400, rating",
    "'{\"request_id\":\"x\",\"rating\":1,\"stars\":5}', 400, stars"
  })
  void feedback_thatCannotBeUsed_isRefused(String body, int status, String param) throws Exception {
    HttpResponse<String> response = post("/v1/feedback", body);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(JSON.readTree(response.body()).at("/error/param").asText()).isEqualTo(param);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void route_fallsBackToTheStandardTier_whenTheScorerIsAwayOrBroken(boolean away) throws Exception {
    backends.scorer.away = away;
    backends.scorer.complexity = text -> Double.NaN;
    HttpResponse<String> response = post("/v1/route", "{\"prompt\":\"How many are there?\"}");
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode route = JSON.readTree(response.body());
    assertThat(route.path("model").asText()).isEqualTo("medium");
    assertThat(route.path("reason").asText()).isEqualTo("scorer_unavailable");
    assertThat(route.path("complexity").isNull()).isTrue();
  }

  @Test
  void route_asksTheCacheDryly_andARequestDoesNot() {
    assertThat(post("/v1/route", "{\"prompt\":\"hello\"}").statusCode()).isEqualTo(200);
    assertThat(backends.cache.lookups).isNotEmpty().allMatch(LookupRequest::getDryRun);
    backends.cache.lookups.clear();
    answered("hello", "dry-1");
    assertThat(backends.cache.lookups).isNotEmpty().noneMatch(LookupRequest::getDryRun);
  }

  @Test
  void route_asksTheCache_whatTheRequestItselfWouldAsk() throws Exception {
    String item = CHAT_ITEM.formatted("asked twice");
    String[] controls = {
      "content-type",
      "application/json",
      "cache-control",
      "max-age=7",
      "x-fairlead-cache-similarity",
      "0.97"
    };
    assertThat(post("/v1/chat/completions", item, controls).statusCode()).isEqualTo(200);
    LookupRequest asked = backends.cache.lookups.getFirst();
    backends.cache.lookups.clear();
    JsonNode route = JSON.readTree(post("/v1/route", item, controls).body());
    assertThat(route.path("cache").asText()).isEqualTo("hit");
    LookupRequest dry = backends.cache.lookups.getFirst();
    assertThat(dry.getMaxAge()).isEqualTo(asked.getMaxAge());
    assertThat(dry.getMaxAge().getSeconds()).isEqualTo(7);
    assertThat(dry.getLeastSimilarity()).isEqualTo(asked.getLeastSimilarity());
    assertThat(dry.getAcceptRefresh()).isEqualTo(asked.getAcceptRefresh());
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-cache", "no-store"})
  void route_leavesTheCacheOut_whereTheRequestWould(String control) throws Exception {
    String item = CHAT_ITEM.formatted("left out");
    assertThat(post("/v1/chat/completions", item).statusCode()).isEqualTo(200);
    backends.cache.lookups.clear();
    HttpResponse<String> response =
        post("/v1/route", item, "content-type", "application/json", "cache-control", control);
    assertThat(JSON.readTree(response.body()).path("cache").asText()).isEqualTo("bypass");
    assertThat(backends.cache.lookups).isEmpty();
  }

  @Test
  void route_explainsEveryCandidate() throws Exception {
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":100,"
            + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}";
    HttpResponse<String> streamed =
        post("/v1/chat/completions", body.replace("{\"messages", "{\"stream\":true,\"messages"));
    assertThat(streamed.statusCode()).isEqualTo(200);
    JsonNode route = JSON.readTree(post("/v1/route", body).body());
    assertThat(route.path("model").asText()).isEqualTo("large");
    JsonNode large = route.at("/candidates/0");
    assertThat(large.path("rank").asInt()).isEqualTo(1);
    assertThat(large.path("expected_ttft_ms").asDouble())
        .isCloseTo(FakeProvider.FIRST_TOKEN_MS, within(1.0));
    assertThat(large.path("expected_ttft_source").asText()).isEqualTo("measured");
    assertThat(large.at("/cost_interval_usd/0").asDouble())
        .isLessThan(large.at("/cost_interval_usd/1").asDouble());
    JsonNode small = route.at("/candidates/1");
    assertThat(small.path("dropped").asText()).isEqualTo("capability");
    assertThat(small.path("rank").isNull()).isTrue();
    assertThat(small.at("/missing_capabilities/0").asText()).isEqualTo("tools");
    assertThat(small.path("expected_ttft_ms").asDouble()).isEqualTo(400);
    assertThat(small.path("expected_ttft_source").asText()).isEqualTo("configured");
    assertThat(Http.get(backends.url("/metrics")).body())
        .containsPattern(
            "llm_router_routing_dropped_total\\{model=\"small\",reason=\"capability\",?\\} [1-9]");
  }

  @Test
  void feedback_countsOnce_howeverOftenItIsGiven() throws Exception {
    backends.scorer.expectedGain = 0.4;
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"rate me once\"}]}";
    post("/v1/chat/completions", body, "content-type", "application/json", "x-request-id", "fb-6");
    String rating = "{\"request_id\":\"fb-6\",\"rating\":%d}";
    HttpResponse<String> first = post("/v1/feedback", rating.formatted(2));
    assertThat(first.statusCode()).isEqualTo(200);
    double counted = ratings();
    HttpResponse<String> again = post("/v1/feedback", rating.formatted(2));
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(first.body());
    HttpResponse<String> other = post("/v1/feedback", rating.formatted(5));
    assertThat(other.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(other.body()).at("/error/param").asText()).isEqualTo("rating");
    assertThat(ratings()).isEqualTo(counted);
    await().until(() -> !backends.scorer.labels.isEmpty());
    assertThat(backends.scorer.labels).hasSize(1);
  }

  private static double ratings() {
    return Http.get(backends.url("/metrics"))
        .body()
        .lines()
        .filter(line -> line.startsWith("llm_router_feedback_quality_count"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
