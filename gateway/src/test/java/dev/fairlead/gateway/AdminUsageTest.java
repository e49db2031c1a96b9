package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminUsageTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = "correct-horse-battery-staple";
  private static final String WITH_TOKEN = "security: { admin_token: " + TOKEN + " }\n";

  private static HttpResponse<String> usage(FakeBackends backends, String query) {
    return Http.get(backends.url("/v1/admin/usage" + query), "authorization", "Bearer " + TOKEN);
  }

  private static void ask(FakeBackends backends, String model) {
    String[] headers = {"content-type", "application/json", "x-fairlead-tags", "blue,green"};
    assertThat(
            Http.post(
                    backends.url("/v1/chat/completions"),
                    "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .formatted(model),
                    headers)
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void usage_tellsWhatWasSpentAndSaved() throws Exception {
    try (FakeBackends backends = new FakeBackends(WITH_TOKEN)) {
      await().atMost(Duration.ofSeconds(30)).until(backends.node::ready);
      ask(backends, "small");
      await().atMost(Duration.ofSeconds(30)).until(() -> !backends.cache.stored.isEmpty());
      ask(backends, "small");
      ask(backends, "large");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> {
            HttpResponse<String> response = usage(backends, "?period=24h&by=model");
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThat(JSON.readTree(response.body()).at("/total/requests").asInt()).isEqualTo(3);
          });
      JsonNode report = JSON.readTree(usage(backends, "").body());
      assertThat(report.at("/lines/0/name").asText()).isEqualTo("large");
      // 1000 and 100 tokens: 0.0035 USD on large, 0.00021 on small, nothing for the hit.
      assertThat(report.at("/lines/0/cost_usd").decimalValue()).isEqualByComparingTo("0.0035");
      assertThat(report.at("/lines/1/cost_usd").decimalValue()).isEqualByComparingTo("0.00021");
      assertThat(report.at("/total/baseline_usd").decimalValue()).isEqualByComparingTo("0.0105");
      assertThat(report.at("/total/cache_saved_usd").decimalValue()).isEqualByComparingTo("0.0035");
      assertThat(report.at("/total/cache_answers").asInt()).isEqualTo(1);
      JsonNode tags = JSON.readTree(usage(backends, "?by=tag").body());
      assertThat(tags.at("/lines").findValuesAsText("name")).containsExactly("blue", "green");
      assertThat(JSON.readTree(usage(backends, "?tenant=other").body()).at("/lines")).isEmpty();
    }
  }

  @Test
  void usage_isUnavailable_whenNoLedgerIsKept() throws Exception {
    try (FakeBackends backends = new FakeBackends(WITH_TOKEN + "ledger: {enabled: false}\n")) {
      await().atMost(Duration.ofSeconds(30)).until(backends.node::ready);
      ask(backends, "small");
      assertThat(usage(backends, "").statusCode()).isEqualTo(503);
      assertThat(Http.get(backends.url("/v1/admin/usage")).statusCode()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?by=colour",
        "?period=7x",
        "?period=-1d",
        "?from=yesterday",
        "?from=2026-11-20&to=2026-11-19",
        "?group=model",
        "?period=999999999999d"
      })
  void wrongQuestion_isRefusedByName(String query) throws Exception {
    try (FakeBackends backends = new FakeBackends(WITH_TOKEN + "ledger: {enabled: false}\n")) {
      HttpResponse<String> response = usage(backends, query);
      assertThat(response.statusCode()).isEqualTo(400);
      String name = query.substring(1, query.indexOf('='));
      assertThat(JSON.readTree(response.body()).at("/error/param").asText()).isEqualTo(name);
    }
  }
}
