package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What nobody expected while an answer is told ends the request, and holds nothing back. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InternalErrorsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT =
      "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}";
  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("limits: {batch_concurrency: 1}\n");
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
    backends.provider.bodyless = "nothing";
  }

  private static HttpResponse<String> post(String path, String body) {
    return Http.post(backends.url(path), body);
  }

  @Test
  void batch_requestThatFailsInside_failsAlone() throws Exception {
    String items =
        String.join(",", CHAT.formatted("a"), CHAT.formatted("nothing"), CHAT.formatted("b"));
    HttpResponse<String> response = post("/v1/batch", "{\"requests\":[" + items + "]}");
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode batch = JSON.readTree(response.body());
    assertThat(batch.path("results").findValuesAsText("status"))
        .containsExactly("200", "500", "200");
    assertThat(batch.at("/results/1/error/type").asText()).isEqualTo("server_error");
    assertThat(batch.at("/results/1/error/message").asText()).isEqualTo("internal error");
    assertThat(batch.path("succeeded").asInt()).isEqualTo(2);
  }

  @Test
  void request_whoseAnswerCannotBeTold_is500_andIsUnderWayNoLonger() throws Exception {
    HttpResponse<String> response = post("/v1/chat/completions", CHAT.formatted("nothing"));
    assertThat(response.statusCode()).isEqualTo(500);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.path("type").asText()).isEqualTo("server_error");
    assertThat(error.path("message").asText()).isEqualTo("internal error");
    assertThat(Http.get(backends.url("/metrics")).body())
        .containsPattern("llm_router_requests_in_flight\\S* 0");
    assertThat(backends.cache.openLeases.get()).isZero();
  }

  @Test
  void f2_streamWhoseUsageCannotBeTold_endsWithAnError() {
    backends.provider.live = true;
    String body =
        CHAT.formatted("stream")
            .replaceFirst("\\{", "{\"stream\":true,\"stream_options\":{\"include_usage\":true},");
    try (RawStream stream =
        RawStream.post(backends.node.httpPort(), "/v1/chat/completions", body)) {
      await().until(() -> !backends.provider.upstreams.isEmpty());
      LiveUpstream upstream = backends.provider.upstreams.getFirst();
      upstream.say("told");
      upstream.usage("data: [no usage]\n\n");
      upstream.finish();
      await().until(stream::hasEnded);
      assertThat(stream.text())
          .contains("told", "\"error\":", "\"finish_reason\":\"error\"")
          .doesNotContain("[DONE]");
    }
  }
}
