package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who meets the candidate, and what its failures lead to, as clients and operators see it. */
class CanaryEdgeTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String TOKEN = "correct-horse-battery-staple";
  private static final Failure AWAY = new Failure.UpstreamUnavailable("away", 503, null);
  private FakeBackends backends;

  @BeforeEach
  void start() throws Exception {
    backends =
        new FakeBackends(
            """
            security: { admin_token: %s }
            canary: { baseline: large, candidate: medium, stages: [50, 100], window: 50 }
            """
                .formatted(TOKEN));
    await().atMost(SOON).until(backends.node::ready);
  }

  @AfterEach
  void stop() throws Exception {
    backends.close();
  }

  private JsonNode admin(String path, String body) throws Exception {
    HttpResponse<String> response =
        Http.post(
            backends.url("/v1/admin/" + path),
            body,
            "authorization",
            "Bearer " + TOKEN,
            "content-type",
            "application/json");
    assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
    return JSON.readTree(response.body());
  }

  private JsonNode status() throws Exception {
    return JSON.readTree(
        Http.get(backends.url("/v1/admin/canary/status"), "authorization", "Bearer " + TOKEN)
            .body());
  }

  private HttpResponse<String> ask(String fields, String... more) {
    String[] headers = {"content-type", "application/json", "cache-control", "no-store"};
    String[] all = Arrays.copyOf(headers, headers.length + more.length);
    System.arraycopy(more, 0, all, headers.length, more.length);
    return Http.post(
        backends.url("/v1/chat/completions"),
        "{\"model\":\"auto:canary\","
            + fields
            + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
        all);
  }

  private String servedBy(String fields, String... more) {
    HttpResponse<String> answer = ask(fields, more);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.headers().firstValue("x-model-used").orElseThrow();
  }

  @Test
  void user_staysWithHisModel_andRequestsOfNobodyAreSpread() throws Exception {
    assertThat(admin("canary/advance", "{}").path("percent").asDouble()).isEqualTo(50);
    Set<String> met = new HashSet<>();
    for (int user = 0; user < 25; user++) {
      String fields = "\"user\":\"user-" + user + "\",";
      String first = servedBy(fields);
      assertThat(servedBy(fields)).isEqualTo(first);
      met.add(first);
    }
    assertThat(met).containsExactlyInAnyOrder("medium", "large");
    Set<String> spread = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      spread.add(servedBy(""));
    }
    assertThat(spread).containsExactlyInAnyOrder("medium", "large");
  }

  @Test
  void key_staysWithItsModel_whereNoUserIsNamed() throws Exception {
    admin("canary/advance", "{}");
    Set<String> met = new HashSet<>();
    for (int i = 0; i < 24; i++) {
      String key = "Bearer " + admin("keys", "{}").path("key").asText();
      String first = servedBy("", "authorization", key);
      for (int again = 0; again < 3; again++) {
        assertThat(servedBy("", "authorization", key)).isEqualTo(first);
      }
      met.add(first);
    }
    assertThat(met).containsExactlyInAnyOrder("medium", "large");
  }

  /** The baseline in the candidate's place: its breaker is open, or it was left out. */
  @ParameterizedTest
  @ValueSource(strings = {"medium", "large"})
  void candidateThatFailsOrIsAbsent_isRolledBack_withoutAnOperator(String tried) throws Exception {
    admin("canary/advance", "{\"force\":true}");
    assertThat(admin("canary/advance", "{\"force\":true}").path("percent").asDouble())
        .isEqualTo(100);
    assertThat(servedBy("")).isEqualTo("medium");
    backends.provider.failure = AWAY;
    backends.provider.failedAttempts =
        List.of(
            Attempt.newBuilder()
                .setNumber(1)
                .setModelId(tried)
                .setProvider("fake")
                .setResult(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE)
                .build());
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          assertThat(ask("").statusCode()).isEqualTo(503);
          assertThat(status().path("stage").asInt()).isZero();
        });
    JsonNode history = status().path("history");
    assertThat(history.findValuesAsText("reason")).containsExactly("force", "force", "rollback");
    backends.provider.failure = null;
    assertThat(servedBy("")).isEqualTo("large");
  }
}
