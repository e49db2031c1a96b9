package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cached answers that are streamed at a pace. The fake upstream's answers have 100 tokens. */
class PacedReplayEdgeTest {

  private static final String BODY =
      "{\"model\":\"auto\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private static FakeBackends start(double tokensPerSecond) throws Exception {
    FakeBackends backends =
        new FakeBackends("streams: { replay_tokens_per_second: " + tokensPerSecond + " }\n");
    await().until(backends.node::ready);
    return backends;
  }

  private static HttpResponse<String> ask(FakeBackends backends) {
    return Http.post(
        backends.url("/v1/chat/completions"), BODY, "content-type", "application/json");
  }

  @Test
  void replay_hasTheSameEvents_andTakesItsTime() throws Exception {
    try (FakeBackends backends = start(100)) {
      HttpResponse<String> fresh = ask(backends);
      long begun = System.nanoTime();
      HttpResponse<String> replayed = ask(backends);
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      assertThat(replayed.headers().firstValue("x-fairlead-cache")).contains("hit");
      assertThat(replayed.body()).isEqualTo(fresh.body()).endsWith("data: [DONE]\n\n");
      // Gaps lie between the events only: a second less one gap, and timers may be a little early.
      assertThat(took).isGreaterThan(Duration.ofMillis(400));
    }
  }

  @ParameterizedTest
  @EnumSource(DialectEdgeTest.Case.class)
  void replay_takesItsTime_inEveryDialect(DialectEdgeTest.Case one) throws Exception {
    try (FakeBackends backends = start(100)) {
      backends.provider.bodies.put(
          one.dialect, one.answer.replace("\"ok\"", "\"" + "many words ".repeat(60) + "\""));
      Http.post(backends.url(one.path), one.request.formatted(""));
      long begun = System.nanoTime();
      HttpResponse<String> replayed =
          Http.post(backends.url(one.path), one.request.formatted(",\"stream\":true"));
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      assertThat(replayed.headers().firstValue("x-fairlead-cache")).contains("hit");
      assertThat(replayed.body()).contains("many words").endsWith(one.terminator);
      assertThat(took).isGreaterThan(Duration.ofMillis(400));
    }
  }

  @Test
  void replay_ends_whenTheClientGoes() throws Exception {
    try (FakeBackends backends = start(0.5)) {
      ask(backends);
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpResponse<InputStream> replayed =
            client.send(
                HttpRequest.newBuilder(URI.create(backends.url("/v1/chat/completions")))
                    .POST(HttpRequest.BodyPublishers.ofString(BODY))
                    .header("content-type", "application/json")
                    .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(replayed.body().read()).isEqualTo('d');
        assertThat(cancelled(backends)).isZero();
        close(replayed.body());
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(cancelled(backends)).isEqualTo(1));
    }
  }

  private static void close(InputStream body) throws IOException {
    body.close();
  }

  private static double cancelled(FakeBackends backends) {
    return Http.get(backends.url("/metrics"))
        .body()
        .lines()
        .filter(line -> line.startsWith("llm_router_requests_total"))
        .filter(line -> line.contains("status=\"cancelled\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
