package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One call for identical requests whose keys have budgets of their own. */
class SharedBudgetTest {

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("routing: {lookup_timeout: 2s}\n" + AdminKeys.CONFIG);
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  /** The first lookup goes unheard, so that others can join before its request is routed. */
  @BeforeEach
  void forget() {
    backends.reset();
    backends.cache.mute = true;
  }

  private static String key(String quota) throws Exception {
    return new AdminKeys(backends)
        .create("{\"tenant\":\"acme\"%s}".formatted(quota))
        .get("key")
        .asText();
  }

  private static HttpResponse<String> chat(String key) {
    return Http.post(
        backends.url("/v1/chat/completions"),
        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
        "content-type",
        "application/json",
        "authorization",
        "Bearer " + key);
  }

  private static void awaitUnderWay(int requests) {
    await()
        .untilAsserted(() ->
            assertThat(Http.get(backends.url("/metrics")).body())
                .contains("llm_router_requests_in_flight " + requests + ".0"));
  }

  @Test
  void follower_isServed_whenOnlyTheLeadersBudgetIsUsedUp() throws Exception {
    String spent = key(",\"budget_total_usd\":0.000000001");
    String solvent = key("");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> leader = threads.submit(() -> chat(spent));
      awaitUnderWay(1);
      Future<HttpResponse<String>> sameKey = threads.submit(() -> chat(spent));
      awaitUnderWay(2);
      Future<HttpResponse<String>> follower = threads.submit(() -> chat(solvent));
      awaitUnderWay(3);
      backends.cache.mute = false;
      assertThat(leader.get().statusCode()).isEqualTo(429);
      assertThat(leader.get().body()).contains("insufficient_quota");
      assertThat(sameKey.get().statusCode()).isEqualTo(429);
      assertThat(follower.get().statusCode()).as(follower.get().body()).isEqualTo(200);
    }
    assertThat(backends.provider.calls).hasSize(1);
  }

  @Test
  void everybody_isRefused_whenNobodyHasMoney() throws Exception {
    String one = key(",\"budget_total_usd\":0.000000001");
    String other = key(",\"budget_total_usd\":0.000000001");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> leader = threads.submit(() -> chat(one));
      awaitUnderWay(1);
      Future<HttpResponse<String>> follower = threads.submit(() -> chat(other));
      awaitUnderWay(2);
      backends.cache.mute = false;
      assertThat(leader.get().statusCode()).isEqualTo(429);
      assertThat(follower.get().statusCode()).isEqualTo(429);
    }
    assertThat(backends.provider.calls).isEmpty();
    awaitUnderWay(0);
  }
}
