package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the console serves, to whom, and with which headers. */
class ConsoleTest {

  private static final String PROMPT = "a secret that only the caller knows";
  private static FakeBackends open;
  private static FakeBackends guarded;
  private static FakeBackends without;

  @BeforeAll
  static void start() throws Exception {
    open = new FakeBackends("console: {recent: 4}\n");
    guarded = new FakeBackends("security: {admin_token: sesame}\n");
    without = new FakeBackends("console: {enabled: false}\n");
    for (FakeBackends backends : new FakeBackends[] {open, guarded, without}) {
      await().until(backends.node::ready);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    open.close();
    guarded.close();
    without.close();
  }

  private static String url(FakeBackends backends, String path) {
    return "http://127.0.0.1:" + backends.node.httpPort() + path;
  }

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return JsonMapper.builder().build().readTree(response.body());
  }

  private static HttpResponse<String> ask(String id) {
    return Http.post(
        url(open, "/v1/chat/completions"),
        "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"" + PROMPT + "\"}]}",
        "content-type",
        "application/json",
        "x-request-id",
        id,
        "cache-control",
        "no-store");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ui", "/ui/", "/ui/app.js", "/ui/app.css", "/ui/lib/chart.js"})
  void file_isServedWithStrictHeaders_andRevalidates(String path) {
    HttpResponse<String> response = Http.get(url(guarded, path));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-security-policy").orElseThrow())
        .contains("default-src 'self'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
    assertThat(response.headers().firstValue("x-frame-options")).contains("DENY");
    assertThat(response.headers().firstValue("referrer-policy")).contains("no-referrer");
    String etag = response.headers().firstValue("etag").orElseThrow();
    HttpResponse<String> again = Http.get(url(guarded, path), "if-none-match", etag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void file_isPacked_whenGzipIsAccepted() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url(open, "/ui/app.js")))
            .header("accept-encoding", "br, gzip")
            .build();
    HttpResponse<byte[]> packed =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
    assertThat(packed.headers().firstValue("content-encoding")).contains("gzip");
    byte[] plain = new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes();
    assertThat(new String(plain, StandardCharsets.UTF_8))
        .isEqualTo(Http.get(url(open, "/ui/app.js")).body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ui/nothing.js", "/ui/pages", "/ui/..", "/ui/api/nothing"})
  void path_isNotFound_whenItIsNoFileOfTheList(String path) {
    assertThat(Http.get(url(open, path)).statusCode()).isIn(400, 404);
  }

  @Test
  void settledRequest_isTold_withoutItsText() throws Exception {
    assertThat(ask("told-1").statusCode()).isEqualTo(200);
    JsonNode one = json(Http.get(url(open, "/ui/api/request/told-1")));
    assertThat(one.get("status").asText()).isEqualTo("success");
    assertThat(one.get("model").asText()).isNotEmpty();
    assertThat(one.get("latency_ms").asDouble()).isPositive();
    assertThat(one.get("tries").size()).isEqualTo(one.get("attempts").asInt());
    HttpResponse<String> recent = Http.get(url(open, "/ui/api/recent"));
    assertThat(recent.body()).contains("told-1").doesNotContain(PROMPT);
    assertThat(recent.headers().firstValue("cache-control")).contains("no-store");
    JsonNode overview = json(Http.get(url(open, "/ui/api/overview")));
    assertThat(overview.at("/totals/requests").asLong()).isPositive();
    assertThat(overview.at("/window/latency_ms/p95").asDouble()).isPositive();
  }

  @Test
  void oldestRequest_isForgotten_whenTheRingIsFull() throws Exception {
    for (int i = 0; i < 6; i++) {
      ask("ring-" + i);
    }
    JsonNode list = json(Http.get(url(open, "/ui/api/recent"))).get("requests");
    assertThat(list.findValuesAsText("id")).containsExactly("ring-5", "ring-4", "ring-3", "ring-2");
    assertThat(Http.get(url(open, "/ui/api/request/ring-0")).statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"overview", "recent", "request/x", "models", "cache", "canary"})
  void figures_needTheToken_whereOneIsSet(String path) {
    String url = url(guarded, "/ui/api/" + path);
    assertThat(Http.get(url).statusCode()).isEqualTo(401);
    assertThat(Http.get(url, "authorization", "Bearer wrong").statusCode()).isEqualTo(401);
    assertThat(Http.get(url, "authorization", "Bearer sesame").statusCode())
        .isEqualTo(path.equals("request/x") ? 400 : 200);
  }

  @Test
  void otherSites_areRefused_whereNoTokenIsSet() {
    String overview = url(open, "/ui/api/overview");
    assertThat(Http.get(overview, "sec-fetch-site", "same-origin").statusCode()).isEqualTo(200);
    assertThat(Http.get(overview, "sec-fetch-site", "cross-site").statusCode()).isEqualTo(403);
    assertThat(Http.get(overview, "origin", "http://evil.example").statusCode()).isEqualTo(403);
    assertThat(Http.get(overview, "origin", "http://localhost:3000").statusCode()).isEqualTo(200);
    assertThat(
            Http.post(url(open, "/cache/flush"), "", "origin", "http://evil.example").statusCode())
        .isEqualTo(403);
  }

  @Test
  void console_doesNotExist_whenItIsSwitchedOff() {
    assertThat(Http.get(url(without, "/ui")).statusCode()).isEqualTo(404);
    assertThat(Http.get(url(without, "/ui/api/overview")).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example:8080", "evil.example", "127.0.0.1.evil.example"})
  void reboundName_isRefused_alsoWhereTheBrowserSaysNothing(String host) {
    String request = "GET /ui/api/recent HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
    assertThat(RawClient.send(open.node.httpPort(), request.formatted(host)))
        .startsWith("HTTP/1.1 403");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8080", "127.0.0.1", "[::1]:8080"})
  void loopbackName_isServed(String host) {
    String request = "GET /ui/api/recent HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
    assertThat(RawClient.send(open.node.httpPort(), request.formatted(host)))
        .startsWith("HTTP/1.1 200");
  }
}
