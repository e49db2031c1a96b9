package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.common.failure.Failure;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RateLimitsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = "correct-horse-battery-staple";
  private static final String CHAT =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":100}";
  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("security: { admin_token: %s }".formatted(TOKEN));
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

  private static JsonNode admin(String path, String body) throws Exception {
    HttpResponse<String> response =
        Http.post(
            backends.url("/v1/admin/keys" + path),
            body,
            "authorization",
            "Bearer " + TOKEN,
            "content-type",
            "application/json");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static String key(String body) throws Exception {
    return admin("", body).get("key").asText();
  }

  private static HttpResponse<String> chat(String key) {
    return Http.post(
        backends.url("/v1/chat/completions"),
        CHAT,
        "content-type",
        "application/json",
        "cache-control",
        "no-store",
        "authorization",
        "Bearer " + key);
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void requestsAMinute_areExact_under200ConcurrentOnes() throws Exception {
    String key = key("{\"requests_per_minute\":50}");
    List<Future<HttpResponse<String>>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        answers.add(threads.submit(() -> chat(key)));
      }
    }
    int served = 0;
    for (Future<HttpResponse<String>> answer : answers) {
      HttpResponse<String> response = answer.get();
      served += response.statusCode() == 200 ? 1 : 0;
      assertThat(response.statusCode()).isIn(200, 429);
      assertThat(header(response, "x-ratelimit-limit-requests")).isEqualTo("50");
      if (response.statusCode() == 429) {
        assertThat(header(response, "x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(Integer.parseInt(header(response, "retry-after"))).isBetween(1, 61);
        assertThat(JSON.readTree(response.body()).at("/error/code").asText())
            .isEqualTo("rate_limit_exceeded");
      }
    }
    assertThat(served).isEqualTo(50);
    assertThat(backends.provider.calls).hasSize(50);
  }

  @Test
  void keyTeamAndTenant_areAllLimited() throws Exception {
    admin("/quotas", "{\"tenant\":\"acme\",\"requests_per_minute\":3}");
    admin("/quotas", "{\"tenant\":\"acme\",\"team\":\"search\",\"requests_per_minute\":2}");
    String one = key("{\"tenant\":\"acme\",\"team\":\"search\",\"requests_per_minute\":1}");
    String two = key("{\"tenant\":\"acme\",\"team\":\"search\"}");
    String three = key("{\"tenant\":\"acme\"}");
    assertThat(chat(one).statusCode()).isEqualTo(200);
    assertThat(chat(one).body()).contains("rate limit of the key");
    assertThat(chat(two).statusCode()).isEqualTo(200);
    assertThat(chat(two).body()).contains("rate limit of the team");
    assertThat(chat(three).statusCode()).isEqualTo(200);
    assertThat(chat(three).body()).contains("rate limit of the tenant");
  }

  @Test
  void tokensAMinute_countWhatWasUsed() throws Exception {
    String key = key("{\"tokens_per_minute\":2000}");
    HttpResponse<String> first = chat(key);
    assertThat(first.statusCode()).isEqualTo(200);
    // The estimate at admission; afterwards the answer's own 1100 tokens count.
    assertThat(Integer.parseInt(header(first, "x-ratelimit-remaining-tokens")))
        .isBetween(1800, 1950);
    HttpResponse<String> second = chat(key);
    assertThat(Integer.parseInt(header(second, "x-ratelimit-remaining-tokens")))
        .isBetween(700, 850);
    assertThat(second.statusCode()).isEqualTo(200);
    HttpResponse<String> third = chat(key);
    assertThat(third.statusCode()).isEqualTo(429);
    assertThat(third.body()).contains("2000 tokens per minute");
  }

  @Test
  void anthropicsClients_getTheirOwnHeaders() throws Exception {
    String key = key("{\"requests_per_minute\":1}");
    for (int status : new int[] {200, 429}) {
      HttpResponse<String> response =
          Http.post(
              backends.url("/v1/messages"),
              "{\"model\":\"auto\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\","
                  + "\"content\":\"hi\"}]}",
              "content-type",
              "application/json",
              "cache-control",
              "no-store",
              "x-api-key",
              key);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
      assertThat(header(response, "anthropic-ratelimit-requests-limit")).isEqualTo("1");
      assertThat(header(response, "anthropic-ratelimit-requests-remaining")).isEqualTo("0");
      assertThat(header(response, "anthropic-ratelimit-requests-reset")).endsWith("Z");
      assertThat(header(response, "x-ratelimit-limit-requests")).isEmpty();
    }
  }

  @Test
  void countingTokens_isARequestWithoutTokens() throws Exception {
    String key = key("{\"requests_per_minute\":2,\"tokens_per_minute\":1000}");
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> response = countTokens(key);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(i < 2 ? 200 : 429);
      assertThat(header(response, "anthropic-ratelimit-requests-remaining"))
          .isEqualTo(i == 0 ? "1" : "0");
      assertThat(header(response, "anthropic-ratelimit-tokens-remaining")).isEqualTo("1000");
      assertThat(header(response, "request-id"))
          .isNotEmpty()
          .isEqualTo(header(response, "x-request-id"));
      if (i == 2) {
        assertThat(Integer.parseInt(header(response, "retry-after"))).isBetween(1, 61);
        assertThat(JSON.readTree(response.body()).at("/error/type").asText())
            .isEqualTo("rate_limit_error");
      }
    }
    assertThat(chat(key).statusCode()).isEqualTo(429);
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void countingTokens_givesItsPlaceBack() throws Exception {
    String key = key("{\"concurrent_requests\":1}");
    for (int i = 0; i < 5; i++) {
      assertThat(countTokens(key).statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<String> countTokens(String key) {
    return Http.post(
        backends.url("/v1/messages/count_tokens"),
        "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
        "content-type",
        "application/json",
        "x-api-key",
        key);
  }

  @Test
  void streams_tellLimitsInTheirHeaders() throws Exception {
    String key = key("{\"requests_per_minute\":5}");
    HttpResponse<String> response =
        Http.post(
            backends.url("/v1/chat/completions"),
            "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            "content-type",
            "application/json",
            "authorization",
            "Bearer " + key);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "x-ratelimit-remaining-requests")).isEqualTo("4");
    assertThat(header(response, "x-ratelimit-reset-requests")).matches("1m[01]s|\\d+s");
  }

  @Test
  void withoutLimits_thereAreNoHeaders() throws Exception {
    HttpResponse<String> response = chat(key("{}"));
    assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
  }

  @Test
  void placesComeBack_afterFailuresAndAnswers() throws Exception {
    String key = key("{\"concurrent_requests\":1}");
    backends.provider.failure = new Failure.UpstreamUnavailable("away", 503, null);
    for (int i = 0; i < 5; i++) {
      assertThat(chat(key).statusCode()).isIn(502, 503);
    }
    backends.provider.failure = null;
    for (int i = 0; i < 5; i++) {
      assertThat(chat(key).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void placesComeBack_whenClientsGo() throws Exception {
    String key = key("{\"concurrent_requests\":2}");
    backends.provider.hang = true;
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      clients.add(hanging(key));
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> backends.provider.calls.size() == 2);
    assertThat(chat(key).statusCode()).isEqualTo(429);
    for (Socket client : clients) {
      client.close();
    }
    backends.provider.hang = false;
    await().atMost(Duration.ofSeconds(20)).until(() -> chat(key).statusCode() == 200);
  }

  private static Socket hanging(String key) throws Exception {
    Socket socket = new Socket("127.0.0.1", backends.node.httpPort());
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            + "cache-control: no-store\r\nauthorization: Bearer "
            + key
            + "\r\ncontent-length: "
            + CHAT.length()
            + "\r\n\r\n";
    OutputStream out = socket.getOutputStream();
    out.write((head + CHAT).getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return socket;
  }
}
