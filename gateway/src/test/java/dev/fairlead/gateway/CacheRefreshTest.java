package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.failure.Failure;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheRefreshTest {

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("");
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
  void everyLeaseIsGivenBack() {
    await().untilAsserted(() -> assertThat(backends.cache.openLeases.get()).isZero());
  }

  private static HttpResponse<String> chat(boolean stream) {
    return Http.post(
        backends.url("/v1/chat/completions"),
        "{\"model\":\"auto\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
            .formatted(stream),
        "content-type",
        "application/json");
  }

  private static String cacheHeader(HttpResponse<?> response) {
    return response.headers().firstValue("x-fairlead-cache").orElse("");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void staleAnswer_isGivenAtOnce_andOneFreshOneIsStoredBehindIt(boolean stream) {
    backends.cache.semanticPossible = true;
    chat(stream);
    assertThat(backends.provider.calls).hasSize(1);
    backends.cache.stored.values().clear();
    chat(stream);
    backends.cache.staleOnce.set(true);
    HttpResponse<String> stale = chat(stream);
    assertThat(stale.statusCode()).isEqualTo(200);
    assertThat(cacheHeader(stale)).isEqualToIgnoringCase("stale");
    String offered = backends.cache.lookups.getLast().getLeaseId();
    await()
        .untilAsserted(() ->
            assertThat(backends.cache.stored.values())
                .anySatisfy(kept -> assertThat(kept.getLeaseId()).isEqualTo(offered)));
    assertThat(backends.cache.stored.values())
        .allSatisfy(kept -> assertThat(kept.getEmbeddingCount()).isPositive());
    assertThat(backends.provider.calls).hasSize(3);
    assertThat(cacheHeader(chat(stream))).isEqualToIgnoringCase("hit");
    assertThat(backends.provider.calls).hasSize(3);
  }

  @Test
  void staleAnswer_isGivenAndTheLeaseGivenBack_whenTheRefreshFails() {
    chat(false);
    backends.cache.staleOnce.set(true);
    backends.provider.failure = new Failure.UpstreamUnavailable("away", 503, null);
    HttpResponse<String> stale = chat(false);
    assertThat(stale.statusCode()).isEqualTo(200);
    assertThat(cacheHeader(stale)).isEqualToIgnoringCase("stale");
    String offered = backends.cache.lookups.getLast().getLeaseId();
    await()
        .untilAsserted(() ->
            assertThat(backends.cache.reports)
                .anySatisfy(report ->
                    assertThat(report.getLeaseAbandoned().getLeaseId()).isEqualTo(offered)));
  }

  @Test
  void refresh_isPaidForButIsNoRequest() {
    chat(false);
    double requests = metric("llm_router_requests_total");
    double cost = metric("llm_router_cost_usd_total");
    backends.cache.staleOnce.set(true);
    chat(false);
    await()
        .untilAsserted(() -> assertThat(metric("llm_router_cost_usd_total")).isGreaterThan(cost));
    assertThat(metric("llm_router_requests_total")).isEqualTo(requests + 1);
  }

  private static double metric(String name) {
    return Http.get(backends.url("/metrics"))
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
