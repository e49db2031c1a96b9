package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = "correct-horse-battery-staple";
  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends =
        new FakeBackends(
            """
            security: { admin_token: %s }
            canary: { baseline: large, candidate: medium, stages: [100], window: 20 }
            """
                .formatted(TOKEN));
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

  private static HttpResponse<String> get(String path) {
    return Http.get(backends.url("/v1/admin/" + path), "authorization", "Bearer " + TOKEN);
  }

  private static HttpResponse<String> post(String path, String body) {
    return Http.post(
        backends.url("/v1/admin/" + path),
        body,
        "authorization",
        "Bearer " + TOKEN,
        "content-type",
        "application/json");
  }

  private static JsonNode ok(HttpResponse<String> response) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static HttpResponse<String> chat(String model) {
    return Http.post(
        backends.url("/v1/chat/completions"),
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}".formatted(model),
        "content-type",
        "application/json",
        "cache-control",
        "no-store");
  }

  private static final String PATHS =
      "status,policy,config,keys,usage,log_level,canary/status,canary/advance,canary/rollback,providers/reload";

  @Test
  void withoutAToken_thereIsNoAdminApi() throws Exception {
    try (FakeBackends open = new FakeBackends("")) {
      for (String path : PATHS.split(",")) {
        HttpResponse<String> response =
            Http.post(open.url("/v1/admin/" + path), "{}", "content-type", "application/json");
        boolean readOnly = response.statusCode() == 405;
        int status =
            readOnly ? Http.get(open.url("/v1/admin/" + path)).statusCode() : response.statusCode();
        assertThat(status).as(path).isEqualTo(404);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer", "Bearer wrong", "Basic correct-horse-battery-staple"})
  void wrongToken_is401(String authorization) {
    for (String path : new String[] {"status", "config", "canary/status"}) {
      HttpResponse<String> response =
          authorization.isEmpty()
              ? Http.get(backends.url("/v1/admin/" + path))
              : Http.get(backends.url("/v1/admin/" + path), "authorization", authorization);
      assertThat(response.statusCode()).as(path).isEqualTo(401);
      assertThat(response.body()).doesNotContain(TOKEN);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/admin;a=b/policy",
        "/v1/admin/policy;a=b",
        "//v1/admin/policy",
        "/v1//admin/policy",
        "/v1/%61dmin/policy",
        "/v1/admin%2fpolicy",
        "/v1/./admin/policy",
        "/v1/models/../admin/policy",
        "/v1/models/%2e%2e/admin/policy",
        "/v1/models/..%2fadmin%2fpolicy",
        "/V1/admin/policy",
        "/v1/Admin/policy",
        "/v1/admin/policy/",
        "/v1/admin/policy%00",
        "/v1/admin\\policy"
      })
  void a17_pathTricks_openNothing_withOrWithoutTheToken(String path) throws Exception {
    String body = "{\"default_policy\":\"cheapest\"}";
    for (String credentials : new String[] {"", "Authorization: Bearer " + TOKEN + "\r\n"}) {
      String answer =
          RawClient.send(
              backends.node.httpPort(),
              "POST "
                  + path
                  + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                  + credentials
                  + "Connection: close\r\nContent-Length: "
                  + body.length()
                  + "\r\n\r\n"
                  + body);
      assertThat(answer).startsWith("HTTP/1.1 40").contains("\"error\"").doesNotContain(TOKEN);
    }
    assertThat(ok(get("policy")).path("default_policy").asText()).isEqualTo("complexity");
  }

  @Test
  void status_tellsWhatRunsAndHowModelsDo() throws Exception {
    assertThat(chat("small").statusCode()).isEqualTo(200);
    JsonNode status = ok(get("status"));
    assertThat(status.path("uptime_seconds").isIntegralNumber()).isTrue();
    assertThat(status.path("providers").isArray()).isTrue();
    assertThat(status.path("burn").path("small").path("availability").asDouble()).isEqualTo(0.99);
    assertThat(status.path("policy").asText()).isNotEmpty();
    assertThat(status.path("build").path("java").asText()).startsWith("25");
    assertThat(status.path("canary").path("candidate").asText()).isEqualTo("medium");
  }

  @Test
  void policy_isInForceAtOnce_andOnRecord() throws Exception {
    assertThat(
            ok(post("policy", "{\"default_policy\":\"cheapest\"}")).path("default_policy").asText())
        .isEqualTo("cheapest");
    assertThat(chat("auto").headers().firstValue("x-fairlead-policy")).contains("cheapest");
    JsonNode changes = ok(get("status")).path("changes");
    JsonNode last = changes.get(changes.size() - 1);
    assertThat(last.path("what").asText()).isEqualTo("default_policy");
    assertThat(last.path("after").asText()).isEqualTo("cheapest");
    assertThat(last.path("who").asText()).isEqualTo("127.0.0.1");
    ok(post("policy", "{\"default_policy\":\"complexity\"}"));
    assertThat(chat("auto").headers().firstValue("x-fairlead-policy")).contains("complexity");
  }

  private static List<String> changes() throws Exception {
    List<String> told = new ArrayList<>();
    for (JsonNode change : ok(get("status")).path("changes")) {
      assertThat(Instant.parse(change.path("time").asText())).isBeforeOrEqualTo(Instant.now());
      told.add(
          change.path("who").asText()
              + ": "
              + change.path("what").asText()
              + " "
              + change.path("before").asText()
              + " -> "
              + change.path("after").asText());
    }
    return told;
  }

  @Test
  void everyChange_isOnRecord_withWhoWhatBeforeAndAfter() throws Exception {
    ok(post("canary/rollback", ""));
    String level = ok(get("log_level")).path("level").asText();
    ok(post("policy", "{\"default_policy\":\"weighted\"}"));
    ok(post("policy", "{\"default_policy\":\"complexity\"}"));
    ok(post("canary/advance", "{\"force\":true}"));
    assertThat(post("canary/advance", "{}").statusCode()).as("changes nothing").isEqualTo(400);
    ok(post("canary/rollback", ""));
    ok(post("canary/rollback", ""));
    ok(post("log_level", "{\"level\":\"error\"}"));
    ok(post("log_level", "{\"level\":\"" + level + "\"}"));
    ok(post("providers/reload", ""));
    String reloaded = "127.0.0.1: providers version 1 -> version 2";
    await().atMost(Duration.ofSeconds(20)).until(() -> changes().getLast().equals(reloaded));
    ok(
        Http.post(
            backends.url("/cache/flush"),
            "{\"tenant\":\"acme\",\"older_than_seconds\":5}",
            "authorization",
            "Bearer " + TOKEN,
            "content-type",
            "application/json"));
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(changes())
                .containsSubsequence(
                    "127.0.0.1: default_policy complexity -> weighted",
                    "127.0.0.1: default_policy weighted -> complexity",
                    "127.0.0.1: canary stage 0 -> 1",
                    "127.0.0.1: canary stage 1 -> 0",
                    "127.0.0.1: log level " + level + " -> ERROR",
                    "127.0.0.1: log level ERROR -> " + level,
                    reloaded,
                    "127.0.0.1: cache entries, tenant acme, older than 5 s -> 0 entries removed"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "policy|{}|default_policy: missing",
        "policy|{\"default_policy\":\"best\"}|default_policy: \"best\" (expected: one of"
            + " complexity",
        "policy|{\"default_policy\":1}|default_policy: 1",
        "policy|{\"policy\":\"cheapest\"}|policy: unknown key",
        "policy|[]|body: not an object",
        "policy|{|body is not valid JSON",
        "log_level|{\"level\":\"loud\"}|level: \"loud\" (expected: one of ERROR",
        "canary/advance|{\"force\":1}|force: 1 (expected: true or false)",
        "canary/rollback|{\"force\":true}|force: unknown key",
      })
  void badInput_isNamed(String path, String body, String message) throws Exception {
    HttpResponse<String> response = post(path, body);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(response.body()).path("error").path("message").asText())
        .contains(message);
  }

  @Test
  void config_showsDefaultsAndHidesSecrets() throws Exception {
    JsonNode config = ok(get("config"));
    assertThat(config.toString()).doesNotContain(TOKEN);
    assertThat(config.path("security").path("admin_token").asText()).isEqualTo("***");
    assertThat(config.path("routing").path("score_timeout").asText()).isEqualTo("250ms");
    assertThat(config.path("canary").path("baseline").asText()).isEqualTo("large");
  }

  @Test
  void logLevel_isChangedAndToldAgain() throws Exception {
    String before = ok(get("log_level")).path("level").asText();
    assertThat(ok(post("log_level", "{\"level\":\"warn\"}")).path("level").asText())
        .isEqualTo("WARN");
    assertThat(ok(post("log_level", "{\"level\":\"" + before + "\"}")).path("level").asText())
        .isEqualTo(before);
  }

  @Test
  void canary_movesOn_servesTheCandidate_andRollsBack() throws Exception {
    assertThat(chat("auto:canary").headers().firstValue("x-model-used")).contains("large");
    JsonNode first = ok(post("canary/advance", "{}"));
    assertThat(first.path("stage").asInt()).isOne();
    assertThat(first.path("percent").asDouble()).isEqualTo(100);
    HttpResponse<String> served = chat("auto:canary");
    assertThat(served.headers().firstValue("x-model-used")).contains("medium");
    assertThat(served.headers().firstValue("x-fairlead-reason")).contains("canary_candidate");
    HttpResponse<String> last = post("canary/advance", "{\"force\":true}");
    assertThat(last.statusCode()).isEqualTo(400);
    assertThat(last.body()).contains("stage 1 is the last one");
    await().until(() -> ok(get("canary/status")).path("samples").asInt() == 1);
    JsonNode back = ok(post("canary/rollback", ""));
    assertThat(back.path("stage").asInt()).isZero();
    assertThat(back.path("history").findValuesAsText("reason"))
        .containsSubsequence("advance", "manual_rollback");
    assertThat(chat("auto:canary").headers().firstValue("x-model-used")).contains("large");
  }

  @Test
  void reload_tellsWarnings_andWhyItWasRefused() throws Exception {
    JsonNode reloaded = ok(post("providers/reload", ""));
    assertThat(reloaded.path("models").asInt()).isEqualTo(3);
    assertThat(reloaded.path("warnings").get(0).asText()).isEqualTo("no price");
    backends.provider.reloadRefused = "providers.x.kind: `y` is not a kind";
    HttpResponse<String> refused = post("providers/reload", "");
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("providers.x.kind");
  }
}
