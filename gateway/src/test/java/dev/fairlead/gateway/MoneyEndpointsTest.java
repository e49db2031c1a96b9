package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.Model;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits and budgets of the endpoints beside chat: batch, embeddings and dry runs. */
class MoneyEndpointsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = "correct-horse-battery-staple";
  private static final String ITEM =
      "{\"model\":\"small\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}";

  /** Of one answer of the fake: 1000 prompt and 100 completion tokens of model small. */
  private static final String ANSWER_USD = "0.00021";

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends =
        new FakeBackends(
            "security: { admin_token: " + TOKEN + " }\nlimits: { batch_concurrency: 2 }\n");
    Model vectors =
        Model.newBuilder()
            .setId("vectors")
            .setProvider("fake")
            .setUpstream("vectors")
            .setInputNanoUsdPerMillion(150_000_000)
            .setOutputNanoUsdPerMillion(600_000_000)
            .setContextWindow(8192)
            .addCapabilities("embeddings")
            .build();
    backends.provider.models =
        backends.provider.models.toBuilder().setVersion(2).addModels(vectors).build();
    await().until(backends.node::ready);
    await().until(() -> Http.get(backends.url("/v1/models/vectors")).statusCode() == 200);
    await()
        .until(() ->
            Http.get(backends.url("/v1/admin/usage"), "authorization", "Bearer " + TOKEN)
                    .statusCode()
                == 200);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
  }

  private static String key(String body) throws Exception {
    HttpResponse<String> response = post("/v1/admin/keys", body, TOKEN);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body()).get("key").asText();
  }

  private static HttpResponse<String> post(String path, String body, String key) {
    return Http.post(
        backends.url(path),
        body,
        "content-type",
        "application/json",
        "cache-control",
        "no-store",
        "authorization",
        "Bearer " + key);
  }

  private static HttpResponse<String> batch(String key, String... texts) {
    StringBuilder items = new StringBuilder();
    for (String text : texts) {
      items.append(items.isEmpty() ? "" : ",").append(ITEM.formatted(text));
    }
    return post("/v1/batch", "{\"requests\":[" + items + "]}", key);
  }

  private static HttpResponse<String> ownEmbedding(String key, String text) {
    return post("/v1/embeddings", "{\"input\":\"" + text + "\"}", key);
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static void assertLimited(HttpResponse<String> response, String words) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(429);
    assertThat(response.body()).contains(words);
    assertThat(JSON.readTree(response.body()).at("/error/code").asText())
        .isEqualTo("rate_limit_exceeded");
    assertThat(header(response, "retry-after")).isNotEmpty();
  }

  @Test
  void requestsOfABatch_countOneByOne() throws Exception {
    String key = key("{\"requests_per_minute\":3}");
    HttpResponse<String> response = batch(key, "a", "b", "c", "d", "e");
    JsonNode answer = JSON.readTree(response.body());
    assertThat(answer.get("succeeded").asInt()).isEqualTo(3);
    for (int i = 3; i < 5; i++) {
      JsonNode refused = answer.get("results").get(i);
      assertThat(refused.get("status").asInt()).isEqualTo(429);
      assertThat(refused.at("/error/code").asText()).isEqualTo("rate_limit_exceeded");
    }
    assertThat(header(response, "x-ratelimit-limit-requests")).isEqualTo("3");
    assertThat(header(response, "x-ratelimit-remaining-requests")).isEqualTo("0");
    assertThat(backends.provider.calls).hasSize(3);
  }

  @Test
  void tokensOfABatch_countOneByOne() throws Exception {
    // The first answer's 1100 tokens leave no room for the estimate of a third.
    String key = key("{\"tokens_per_minute\":1150,\"concurrent_requests\":1}");
    JsonNode answer = JSON.readTree(batch(key, "a").body());
    assertThat(answer.get("succeeded").asInt()).isEqualTo(1);
    answer = JSON.readTree(batch(key, "b", "c").body());
    assertThat(answer.get("succeeded").asInt()).isZero();
    assertThat(answer.at("/results/0/error/message").asText())
        .containsAnyOf("1150 tokens per minute", "1 requests at a time");
    assertThat(backends.provider.calls).hasSize(1);
  }

  @Test
  void requestsOfABatch_countAsConcurrent() throws Exception {
    String key = key("{\"concurrent_requests\":1}");
    backends.provider.hang = true;
    try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> waiting = other.submit(() -> batch(key, "a"));
      await().until(() -> backends.provider.calls.size() == 1);
      JsonNode answer = JSON.readTree(batch(key, "b").body());
      assertThat(answer.at("/results/0/error/message").asText()).contains("1 requests at a time");
      assertThat(waiting.cancel(true)).isTrue();
    }
    backends.provider.hang = false;
    await().until(() -> JSON.readTree(batch(key, "b").body()).get("succeeded").asInt() == 1);
  }

  @Test
  void budget_isHeldForEachRequestOfABatch() throws Exception {
    String key = key("{\"budget_total_usd\":" + ANSWER_USD + "}");
    JsonNode first = JSON.readTree(batch(key, "a").body());
    assertThat(first.get("succeeded").asInt()).as(first.toString()).isEqualTo(1);
    await()
        .untilAsserted(() -> {
          JsonNode next = JSON.readTree(batch(key, "b", "c").body());
          assertThat(next.get("succeeded").asInt()).isZero();
          assertThat(next.at("/results/0/status").asInt()).isEqualTo(429);
          assertThat(next.at("/results/1/error/code").asText()).isEqualTo("insufficient_quota");
        });
    assertThat(backends.provider.calls).hasSize(1);
  }

  @Test
  void dryRuns_countAsRequests_butTakeNoTokensAndNoMoney() throws Exception {
    String key =
        key(
            "{\"requests_per_minute\":3,\"tokens_per_minute\":1000,\"concurrent_requests\":1,"
                + "\"budget_total_usd\":0.000000001}");
    for (int left = 2; left >= 0; left--) {
      HttpResponse<String> response = post("/v1/route", "{\"prompt\":\"hello\"}", key);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(header(response, "x-ratelimit-remaining-requests")).isEqualTo("" + left);
      assertThat(header(response, "x-ratelimit-remaining-tokens")).isEqualTo("1000");
    }
    int scored = backends.scorer.analyses.get();
    assertLimited(post("/v1/route", "{\"prompt\":\"more\"}", key), "3 requests per minute");
    assertThat(backends.scorer.analyses).hasValue(scored);
  }

  @Test
  void embeddingsOfTheOwnEncoder_countRequestsAndTheirTokens() throws Exception {
    String key =
        key("{\"requests_per_minute\":50,\"tokens_per_minute\":100,\"concurrent_requests\":1}");
    HttpResponse<String> first = ownEmbedding(key, "x".repeat(60));
    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    HttpResponse<String> second = ownEmbedding(key, "y".repeat(20));
    assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
    // The fake counts a token a character: 60, and the estimate of what is being asked.
    assertThat(Integer.parseInt(header(second, "x-ratelimit-remaining-tokens"))).isBetween(20, 39);
    assertThat(header(second, "x-ratelimit-remaining-requests")).isEqualTo("48");
    assertLimited(ownEmbedding(key, "z".repeat(200)), "100 tokens per minute");
    String one = key("{\"requests_per_minute\":1}");
    assertThat(ownEmbedding(one, "x").statusCode()).isEqualTo(200);
    assertLimited(ownEmbedding(one, "x"), "1 requests per minute");
  }

  @Test
  void embeddingsOfAProvider_takeMoneyForTheirInputAlone() throws Exception {
    backends.provider.bodies.put(
        Dialect.DIALECT_OPENAI_EMBEDDINGS, "{\"object\":\"list\",\"data\":[]}");
    for (String quota : List.of("\"tokens_per_minute\":60", "\"budget_total_usd\":0.000002")) {
      String key = key("{" + quota + "}");
      HttpResponse<String> first = providersEmbedding(key);
      assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
      await().untilAsserted(() -> assertThat(providersEmbedding(key).statusCode()).isEqualTo(429));
    }
  }

  private static HttpResponse<String> providersEmbedding(String key) {
    return post("/v1/embeddings", "{\"model\":\"vectors\",\"input\":\"some words\"}", key);
  }

  @Test
  void feedback_isARequest() throws Exception {
    String key = key("{\"requests_per_minute\":2}");
    for (int status : new int[] {404, 404, 429}) {
      HttpResponse<String> response =
          post("/v1/feedback", "{\"request_id\":\"unknown\",\"rating\":1}", key);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    }
  }
}
