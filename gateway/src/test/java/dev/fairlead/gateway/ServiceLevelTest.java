package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.common.failure.Failure;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ServiceLevelTest {

  private static final String BODY =
      "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private static void chat(FakeBackends backends, String header, String value) {
    Http.post(
        backends.url("/v1/chat/completions"),
        BODY,
        "content-type",
        "application/json",
        "cache-control",
        "no-store",
        header,
        value);
  }

  @Test
  void compliance_isTheShareInsideBothLimits() throws Exception {
    try (FakeBackends backends = new FakeBackends("slo: { latency_p95_ms: 60000 }\n")) {
      await().until(backends.node::ready);
      chat(backends, "x-fairlead-latency-slo-ms", "60000");
      chat(backends, "x-fairlead-max-cost-usd", "0.0001");
      chat(backends, "x-fairlead-tags", "a");
      backends.provider.failure = new Failure.UpstreamMalformed("cut");
      chat(backends, "x-fairlead-tags", "a");
      String summary = Http.get(backends.url("/metrics"), "accept", "application/json").body();
      assertThat(new ObjectMapper().readTree(summary).path("slaCompliance").asDouble())
          .isCloseTo(0.5, within(1e-9));
      assertThat(Http.get(backends.url("/metrics")).body())
          .contains("llm_router_service_level_total{result=\"met\"} 2.0")
          .contains("llm_router_service_level_total{result=\"missed\"} 2.0");
    }
  }

  @Test
  void worthOfARequest_isInHeadersStreamsMetricsSummaryAndLedger() throws Exception {
    String token = "correct-horse-battery-staple";
    try (FakeBackends backends =
        new FakeBackends(
            "slo: { latency_p95_ms: 60000 }\nsecurity: { admin_token: " + token + " }\n")) {
      await().until(backends.node::ready);
      backends.scorer.expectedGain = 0.3;
      String auto = BODY.replace("small", "auto");
      HttpResponse<String> whole = post(backends, auto);
      HttpHeaders headers = whole.headers();
      assertThat(headers.firstValue("x-query-cost")).hasValue("0.00021");
      assertThat(headers.firstValue("x-fairlead-baseline-cost")).hasValue("0.0035");
      assertThat(headers.firstValue("x-fairlead-saved")).hasValue("0.00329");
      assertThat(headers.firstValue("x-fairlead-quality")).hasValue("0.7");
      assertThat(headers.firstValue("x-fairlead-service-level")).hasValue("met");
      HttpResponse<String> dear = post(backends, auto, "x-fairlead-max-cost-usd", "0.0001");
      assertThat(dear.headers().firstValue("x-fairlead-service-level")).hasValue("missed");
      String streamed =
          "{\"stream\":true,\"stream_options\":{\"include_usage\":true}," + auto.substring(1);
      assertThat(post(backends, streamed).body())
          .contains(
              "\"baseline_cost_usd\":", "\"expected_quality\":0.7", "\"service_level\":\"met\"");

      String summary = Http.get(backends.url("/metrics"), "accept", "application/json").body();
      JsonNode totals = new ObjectMapper().readTree(summary);
      assertThat(totals.path("totalBaselineCostUsd").decimalValue())
          .isEqualByComparingTo(
              totals
                  .path("totalCostUsd")
                  .decimalValue()
                  .add(totals.path("totalSavedUsd").decimalValue()));
      assertThat(Http.get(backends.url("/metrics")).body())
          .containsPattern("llm_router_baseline_cost_usd_total 0\\.010");
      await()
          .untilAsserted(() -> {
            JsonNode usage =
                new ObjectMapper()
                    .readTree(
                        Http.get(
                                backends.url("/v1/admin/usage?period=24h"),
                                "authorization",
                                "Bearer " + token)
                            .body())
                    .path("total");
            assertThat(usage.path("requests").asInt()).isEqualTo(3);
            assertThat(usage.path("quality_retention").asDouble()).isCloseTo(0.7, within(1e-9));
            assertThat(usage.path("sla_compliance").asDouble()).isCloseTo(2.0 / 3, within(1e-9));
          });
    }
  }

  private static HttpResponse<String> post(FakeBackends backends, String body, String... more) {
    String[] headers = {"content-type", "application/json", "cache-control", "no-store"};
    String[] all = Arrays.copyOf(headers, headers.length + more.length);
    System.arraycopy(more, 0, all, headers.length, more.length);
    HttpResponse<String> response = Http.post(backends.url("/v1/chat/completions"), body, all);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response;
  }
}
