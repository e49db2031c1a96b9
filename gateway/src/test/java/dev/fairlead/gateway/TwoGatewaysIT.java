package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.redis.RedisMonitor;
import dev.fairlead.redis.RedisServerProcess;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two gateways that share nothing but a Redis agree on what an operator has changed. */
class TwoGatewaysIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final String TOKEN = "correct-horse-battery-staple";
  private RedisServerProcess redis;
  private String yaml;
  private FakeBackends first;
  private FakeBackends second;

  @BeforeEach
  void start() throws Exception {
    redis = RedisServerProcess.start();
    yaml =
        """
        security: { admin_token: %s }
        redis: { url: "%s" }
        limits: { shared_timeout: 20s }
        canary: { baseline: large, candidate: medium, stages: [1, 5, 25, 50], window: 20 }
        """
            .formatted(TOKEN, redis.url());
    first = new FakeBackends(yaml);
    second = new FakeBackends(yaml);
    await().atMost(SOON).until(() -> first.node.ready() && second.node.ready());
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          assertThat(post(first, "policy", "{\"default_policy\":\"complexity\"}").statusCode())
              .isEqualTo(200);
          assertThat(post(second, "policy", "{\"default_policy\":\"complexity\"}").statusCode())
              .isEqualTo(200);
        });
  }

  @AfterEach
  void stop() throws Exception {
    first.close();
    second.close();
    redis.close();
  }

  private static HttpResponse<String> post(FakeBackends gateway, String path, String body) {
    return Http.post(
        gateway.url("/v1/admin/" + path),
        body,
        "authorization",
        "Bearer " + TOKEN,
        "content-type",
        "application/json");
  }

  private static JsonNode get(FakeBackends gateway, String path) throws Exception {
    return JSON.readTree(
        Http.get(gateway.url("/v1/admin/" + path), "authorization", "Bearer " + TOKEN).body());
  }

  @Test
  void policy_reachesTheOtherReplica() {
    assertThat(post(first, "policy", "{\"default_policy\":\"cheapest\"}").statusCode())
        .isEqualTo(200);
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(get(second, "policy").path("default_policy").asText())
                .isEqualTo("cheapest"));
  }

  @Test
  void whatARatingSaysOfAModel_isKnownToAGatewayThatStartsLater() throws Exception {
    first.scorer.expectedGain = 0.3;
    for (int i = 0; i < 5; i++) {
      HttpResponse<String> answer =
          Http.post(
              first.url("/v1/chat/completions"),
              "{\"messages\":[{\"role\":\"user\",\"content\":\"rated %d\"}]}".formatted(i),
              "content-type",
              "application/json",
              "x-request-id",
              "rated-" + i);
      assertThat(answer.headers().firstValue("x-model-used")).hasValue("small");
      assertThat(
              Http.post(
                      first.url("/v1/feedback"),
                      "{\"request_id\":\"rated-%d\",\"rating\":\"down\"}".formatted(i),
                      "content-type",
                      "application/json")
                  .statusCode())
          .isEqualTo(200);
    }
    first.close();
    first = new FakeBackends(yaml);
    first.scorer.expectedGain = 0.3;
    await().atMost(SOON).until(first.node::ready);

    // Nothing waits for what others have seen, so it may come after the first answers.
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(
                    Http.post(
                            first.url("/v1/chat/completions"),
                            "{\"messages\":[{\"role\":\"user\",\"content\":\"later\"}]}",
                            "content-type",
                            "application/json",
                            "cache-control",
                            "no-store")
                        .headers()
                        .firstValue("x-fairlead-quality")
                        .map(Double::parseDouble))
                .hasValueSatisfying(quality -> assertThat(quality).isCloseTo(0.56, within(0.02))));
  }

  private static JsonNode summary(FakeBackends gateway) throws Exception {
    return JSON.readTree(Http.get(gateway.url("/metrics"), "accept", "application/json").body());
  }

  private static void assertTotals(JsonNode summary, int requests, int calls) {
    assertThat(summary.path("scope").asText()).isEqualTo("all");
    assertThat(summary.path("since").asText()).isNotEmpty();
    assertThat(summary.path("totalRequests").asInt()).isEqualTo(requests);
    assertThat(summary.path("cacheUsageCount").path("miss").asInt()).isEqualTo(calls);
    assertThat(summary.path("totalCostUsd").asDouble()).isCloseTo(calls * 0.00021, within(1e-12));
    assertThat(summary.path("modelUsageCount").path("small").asInt()).isEqualTo(requests);
    assertThat(summary.path("qualityAnswers").asInt()).isEqualTo(calls);
  }

  @Test
  void jsonSummary_isOfBothReplicas_alsoAfterOneHasEnded() throws Exception {
    assertThat(asked(first, "none")).isEqualTo(200);
    assertThat(asked(first, "none")).isEqualTo(200);
    assertThat(asked(second, "none")).isEqualTo(200);
    for (FakeBackends gateway : List.of(first, second)) {
      await().atMost(SOON).untilAsserted(() -> assertTotals(summary(gateway), 3, 2));
    }
    first.close();
    first = new FakeBackends(yaml);
    await().atMost(SOON).until(() -> first.node.ready());
    assertThat(asked(first, "none")).isEqualTo(200);
    for (FakeBackends gateway : List.of(first, second)) {
      await().atMost(SOON).untilAsserted(() -> assertTotals(summary(gateway), 4, 3));
    }
  }

  @Test
  void console_showsTotalsOfBothReplicas_andOfOneWhileRedisIsAway() throws Exception {
    assertThat(asked(first, "none")).isEqualTo(200);
    assertThat(asked(second, "none")).isEqualTo(200);
    for (FakeBackends gateway : List.of(first, second)) {
      await()
          .atMost(SOON)
          .untilAsserted(() -> {
            JsonNode overview = console(gateway, "overview");
            assertThat(overview.path("scope").asText()).isEqualTo("all");
            assertThat(overview.path("since").asLong()).isPositive();
            assertThat(overview.at("/totals/requests").asInt()).isEqualTo(2);
            assertThat(overview.at("/totals/models/small").asInt()).isEqualTo(2);
            assertThat(overview.at("/window/requests").asInt()).as("seen here").isEqualTo(1);
            JsonNode cache = console(gateway, "cache");
            assertThat(cache.path("scope").asText()).isEqualTo("all");
            assertThat(cache.at("/answers/miss").asInt() + cache.at("/answers/hit").asInt())
                .isEqualTo(2);
          });
    }
    redis.kill();
    JsonNode own = console(second, "overview");
    assertThat(own.path("scope").asText()).isEqualTo("replica");
    assertThat(own.at("/totals/requests").asInt()).isEqualTo(1);
    redis.restart();
  }

  private static JsonNode console(FakeBackends gateway, String page) throws Exception {
    return JSON.readTree(
        Http.get(gateway.url("/ui/api/" + page), "authorization", "Bearer " + TOKEN).body());
  }

  @Test
  void jsonSummary_isOfOneReplica_whileRedisIsAway() throws Exception {
    assertThat(asked(first, "none")).isEqualTo(200);
    await().atMost(SOON).untilAsserted(() -> assertTotals(summary(second), 1, 1));
    redis.kill();
    for (FakeBackends gateway : List.of(first, second)) {
      JsonNode own = summary(gateway);
      assertThat(own.path("scope").asText()).isEqualTo("replica");
      assertThat(own.path("totalRequests").asInt()).isEqualTo(gateway == first ? 1 : 0);
    }
    redis.restart();
    // It comes back empty, and hears everything again.
    assertThat(asked(second, "none")).isEqualTo(200);
    await().atMost(SOON.multipliedBy(2)).untilAsserted(() -> assertTotals(summary(second), 2, 2));
  }

  @Test
  void advances_stepOnceEach_whenTheyAreConcurrent() throws Exception {
    List<Future<HttpResponse<String>>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (FakeBackends gateway : List.of(first, second)) {
        answers.add(threads.submit(() -> post(gateway, "canary/advance", "{\"force\":true}")));
      }
    }
    for (Future<HttpResponse<String>> answer : answers) {
      assertThat(answer.get().statusCode()).as(answer.get().body()).isEqualTo(200);
    }
    for (FakeBackends gateway : List.of(first, second)) {
      await()
          .atMost(SOON)
          .untilAsserted(() -> {
            JsonNode status = get(gateway, "canary/status");
            assertThat(status.path("stage").asInt()).isEqualTo(2);
            assertThat(status.path("history")).hasSize(2);
          });
    }
  }

  private static int asked(FakeBackends gateway, String key) {
    return Http.post(
            gateway.url("/v1/chat/completions"),
            "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            "content-type",
            "application/json",
            "authorization",
            "Bearer " + key)
        .statusCode();
  }

  @Test
  void key_worksOnBothReplicas_untilOneRevokesIt() throws Exception {
    JsonNode made = JSON.readTree(post(first, "keys", "{}").body());
    String key = made.path("key").asText();
    await().atMost(SOON).until(() -> asked(second, key) == 200);
    assertThat(asked(second, "fl-other")).isEqualTo(401);
    assertThat(redis.command("HGET", "fairlead:gateway:keys", "state")).doesNotContain(key);
    assertThat(post(first, "keys/" + made.path("id").asText() + "/revoke", "").statusCode())
        .isEqualTo(200);
    assertThat(asked(first, key)).isEqualTo(401);
    await().atMost(SOON).until(() -> asked(second, key) == 401);
  }

  /**
   * Whatever a busy machine does to single rounds: were it slower than that, it would not be fast
   * eight times in a row.
   */
  @Test
  void revocation_reachesTheOtherReplica_withinASecond() throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(120).toNanos();
    int inTime = 0;
    while (inTime < 8) {
      assertThat(System.nanoTime()).as("in time %s times", inTime).isLessThan(deadline);
      JsonNode made = JSON.readTree(post(first, "keys", "{}").body());
      String key = made.path("key").asText();
      await().atMost(SOON).until(() -> asked(second, key) == 200);
      String revoke = "keys/" + made.path("id").asText() + "/revoke";
      assertThat(post(first, revoke, "").statusCode()).isEqualTo(200);
      long revoked = System.nanoTime();
      await()
          .pollInterval(Duration.ofMillis(10))
          .atMost(SOON)
          .until(() -> asked(second, key) == 401);
      inTime = System.nanoTime() - revoked < 1_000_000_000 ? inTime + 1 : 0;
    }
  }

  @Test
  void c2_hostileKeys_neverReachRedis_norDoesAGoodOne() throws Exception {
    String key = JSON.readTree(post(first, "keys", "{}").body()).path("key").asText();
    await().atMost(SOON).until(() -> asked(first, key) == 200);
    List<String> hostile =
        List.of(
            "canary' OR '1'='1",
            "canary*",
            "fl-canary[a-z]*",
            "canary redis.call('keys','*')",
            "canary %0d%0aFLUSHALL",
            "canary\"; DROP TABLE ledger_row; --",
            key + "canary",
            "canary" + key);
    try (RedisMonitor monitor = RedisMonitor.of(redis)) {
      for (int i = 0; i < 200; i++) {
        assertThat(asked(first, hostile.get(i % hostile.size()))).isEqualTo(401);
      }
      assertThat(asked(first, key)).isEqualTo(200);
      assertThat(monitor.commands())
          .noneMatch(line -> line.contains("canary") || line.contains(key));
      // It would have been heard.
      String ignored = redis.command("ECHO", "a canary");
      assertThat(monitor.commands()).anyMatch(line -> line.contains("canary"));
    }
  }

  private int served(String key, int requests) throws Exception {
    List<Future<Integer>> statuses = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < requests; i++) {
        FakeBackends gateway = i % 2 == 0 ? first : second;
        statuses.add(threads.submit(() -> asked(gateway, key)));
      }
    }
    int served = 0;
    for (Future<Integer> status : statuses) {
      assertThat(status.get()).isIn(200, 429);
      served += status.get() == 200 ? 1 : 0;
    }
    return served;
  }

  @Test
  void rateLimit_isOneForBothReplicas_andASharePerReplicaWithoutRedis() throws Exception {
    String both =
        JSON.readTree(post(first, "keys", "{\"requests_per_minute\":50}").body())
            .path("key")
            .asText();
    String alone =
        JSON.readTree(post(first, "keys", "{\"requests_per_minute\":20}").body())
            .path("key")
            .asText();
    await().atMost(SOON).until(() -> asked(second, both) == 200);
    await().atMost(SOON).until(() -> asked(second, alone) == 200);
    assertThat(served(both, 200)).isEqualTo(49);
    redis.kill();
    // Half of the limit on each of the two.
    assertThat(served(alone, 60)).isEqualTo(20);
    redis.restart();
  }

  @Test
  void knownKeysWorkOn_withoutRedis_andUnknownOnesStayOut() throws Exception {
    String key = JSON.readTree(post(first, "keys", "{}").body()).path("key").asText();
    await().atMost(SOON).until(() -> asked(second, key) == 200);
    JsonNode revoked = JSON.readTree(post(first, "keys", "{}").body());
    assertThat(post(first, "keys/" + revoked.path("id").asText() + "/revoke", "").statusCode())
        .isEqualTo(200);
    String dead = revoked.path("key").asText();
    await().atMost(SOON).until(() -> asked(second, dead) == 401);
    redis.kill();
    assertThat(asked(second, key)).isEqualTo(200);
    await().atMost(SOON).until(() -> asked(second, "fl-other") == 503);
    assertThat(asked(second, dead)).isEqualTo(401);
    assertThat(asked(second, key)).isEqualTo(200);
    redis.restart();
    await().atMost(SOON).until(() -> redis.command("EXISTS", "fairlead:gateway:keys").equals(":1"));
    await().atMost(SOON).until(() -> asked(second, "fl-other") == 401);
    assertThat(asked(second, key)).isEqualTo(200);
  }

  @Test
  void withoutRedis_theLastKnownStateStays_andChangesAreRefused() throws Exception {
    post(first, "policy", "{\"default_policy\":\"cheapest\"}");
    await()
        .atMost(SOON)
        .until(() -> get(second, "policy").path("default_policy").asText().equals("cheapest"));
    redis.kill();
    HttpResponse<String> refused = post(second, "policy", "{\"default_policy\":\"weighted\"}");
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    assertThat(refused.body()).contains("shared state").doesNotContain("127.0.0.1");
    assertThat(get(second, "policy").path("default_policy").asText()).isEqualTo("cheapest");
    HttpResponse<String> answer =
        Http.post(
            second.url("/v1/chat/completions"),
            "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            "content-type",
            "application/json");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-fairlead-policy")).hasValue("cheapest");
  }
}
