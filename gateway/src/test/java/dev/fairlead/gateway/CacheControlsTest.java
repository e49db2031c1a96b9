package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.StoreRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request says about the cache reaches the cache. */
class CacheControlsTest {

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

  private static String ask(String wishes, String... headers) {
    String[] all = new String[headers.length + 2];
    all[0] = "content-type";
    all[1] = "application/json";
    System.arraycopy(headers, 0, all, 2, headers.length);
    HttpResponse<String> response =
        Http.post(
            backends.url("/v1/chat/completions"),
            "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
                + wishes
                + "}",
            all);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.headers().firstValue("x-fairlead-cache").orElse("");
  }

  private static StoreRequest onlyStored() {
    await().until(() -> backends.cache.stored.size() == 1);
    return backends.cache.stored.values().iterator().next();
  }

  @Test
  void wishesInTheBody_reachLookupAndStore() {
    ask(",\"fairlead\":{\"cache_ttl_s\":90.5,\"cache_similarity\":0.97}");
    assertThat(backends.cache.lookups)
        .isNotEmpty()
        .allSatisfy(lookup -> assertThat(lookup.getLeastSimilarity()).isEqualTo(0.97));
    assertThat(onlyStored().getTtl().getSeconds()).isEqualTo(90);
    assertThat(onlyStored().getTtl().getNanos()).isEqualTo(500_000_000);
  }

  @Test
  void wishesInHeaders_reachLookupAndStore() {
    ask("", "X-Fairlead-Cache-Ttl", "3600", "X-Fairlead-Cache-Similarity", "1");
    assertThat(backends.cache.lookups.getLast().getLeastSimilarity()).isEqualTo(1);
    assertThat(onlyStored().getTtl().getSeconds()).isEqualTo(3600);
  }

  @Test
  void lookupAndStore_areTheConfiguredOnes_whenNothingIsWished() {
    ask("");
    assertThat(backends.cache.lookups).noneMatch(LookupRequest::hasLeastSimilarity);
    assertThat(onlyStored().hasTtl()).isFalse();
  }

  @Test
  void scopes_setAnswersApart() {
    String faq = ",\"fairlead\":{\"cache_scope\":\"faq\"}";
    assertThat(List.of(ask(""), ask(""))).containsExactly("miss", "hit");
    assertThat(List.of(ask(faq), ask(faq))).containsExactly("miss", "hit");
    assertThat(ask("", "X-Fairlead-Cache-Scope", "docs")).isEqualTo("miss");
    assertThat(backends.cache.stored).hasSize(3);
    assertThat(backends.cache.stored.values())
        .extracting(stored -> stored.getScope().getDigest())
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/infer", "/v1/batch"})
  void noStore_isObeyed_whicheverLineSaysIt(String path) {
    HttpResponse<String> response =
        Http.post(
            backends.url(path),
            body(path),
            "content-type",
            "application/json",
            "cache-control",
            "no-transform",
            "cache-control",
            "no-store");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(backends.cache.lookups).isEmpty();
    assertThat(backends.cache.stored).isEmpty();
  }

  private static String body(String path) {
    String chat =
        "{\"model\":\"auto\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    return switch (path) {
      case "/v1/responses" -> "{\"model\":\"auto\",\"input\":\"hi\"}";
      case "/v1/infer" -> "{\"prompt\":\"hi\"}";
      case "/v1/batch" -> "{\"requests\":[" + chat + "]}";
      default -> chat;
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Fairlead-Policy",
        "X-Fairlead-Max-Cost-Usd",
        "X-Fairlead-Cache-Scope",
        "X-Fairlead-Tags",
        "x-slo-ttft-ms",
        "x-litellm-timeout",
        "x-litellm-tags"
      })
  void wishGivenTwice_is400_namingTheHeader(String header) {
    String value = header.endsWith("Policy") ? "cheapest" : "1";
    HttpResponse<String> response =
        Http.post(
            backends.url("/v1/chat/completions"),
            body("/v1/chat/completions"),
            "content-type",
            "application/json",
            header,
            value,
            header,
            value);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains(header + ": given 2 times (expected: once)");
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void forwardedHeaders_setAnswersApart() {
    assertThat(List.of(ask(""), ask(""))).containsExactly("miss", "hit");
    assertThat(List.of(ask("", "openai-beta", "a"), ask("", "openai-beta", "a")))
        .containsExactly("miss", "hit");
    assertThat(ask("", "openai-beta", "b")).isEqualTo("miss");
    assertThat(ask("", "x-slo-ttft-ms", "60000")).isEqualTo("hit");
    assertThat(backends.cache.stored.values())
        .extracting(stored -> stored.getScope().getDigest())
        .doesNotHaveDuplicates();
  }
}
