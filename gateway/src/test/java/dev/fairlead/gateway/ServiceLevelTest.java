package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.common.failure.Failure;
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
}
