package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.v1.StoreRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a key's requests may use the cache. */
class KeyCacheTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static FakeBackends backends;
  private static AdminKeys keys;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends(AdminKeys.CONFIG);
    keys = new AdminKeys(backends);
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

  private static String secret(String body) throws Exception {
    return keys.create(body).get("key").asText();
  }

  private static String ask(String key, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of("content-type", "application/json", "authorization", "Bearer " + key));
    HttpResponse<String> response =
        Http.post(
            backends.url("/v1/chat/completions"),
            "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            all.toArray(String[]::new));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.headers().firstValue("x-fairlead-cache").orElse("");
  }

  private static StoreRequest onlyStored() {
    await().until(() -> backends.cache.stored.size() == 1);
    return backends.cache.stored.values().iterator().next();
  }

  @Test
  void storedAnswer_saysWhichKeyWroteIt() throws Exception {
    JsonNode made = keys.create("{}");
    ask(made.get("key").asText());
    assertThat(onlyStored().getWrittenBy()).isEqualTo(made.get("id").asText());
  }

  @Test
  void keyWithoutTheCache_isNeitherLookedUpNorStored_whateverARequestSays() throws Exception {
    String key = secret("{\"cache_control\":\"no-store\"}");
    assertThat(List.of(ask(key), ask(key, "cache-control", "max-age=60")))
        .containsExactly("bypass", "bypass");
    assertThat(backends.cache.lookups).isEmpty();
    assertThat(backends.cache.stored).isEmpty();
    assertThat(backends.provider.calls).hasSize(2);
  }

  @Test
  void keyOfFreshAnswers_fillsTheCacheForOthers() throws Exception {
    String fresh = secret("{\"tenant\":\"acme\",\"cache_control\":\"no-cache\"}");
    String reader = secret("{\"tenant\":\"acme\",\"cache_control\":\"max-age=90\"}");
    assertThat(List.of(ask(fresh), ask(fresh), ask(reader)))
        .containsExactly("bypass", "bypass", "hit");
    assertThat(backends.cache.lookups.getLast().getMaxAge().getSeconds()).isEqualTo(90);
    ask(reader, "cache-control", "max-age=3600");
    assertThat(backends.cache.lookups.getLast().getMaxAge().getSeconds()).isEqualTo(90);
    ask(reader, "cache-control", "max-age=5");
    assertThat(backends.cache.lookups.getLast().getMaxAge().getSeconds()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({",60", "30,30", "3600,60"})
  void keysTtl_isTheOneAndTheLongest(String asked, long kept) throws Exception {
    String key = secret("{\"cache_ttl_s\":60}");
    if (asked == null) {
      ask(key);
    } else {
      ask(key, "X-Fairlead-Cache-Ttl", asked);
    }
    assertThat(onlyStored().getTtl().getSeconds()).isEqualTo(kept);
  }

  @ParameterizedTest
  @CsvSource({",0.95", "0.5,0.95", "0.99,0.99"})
  void keysSimilarity_isTheLeast(String asked, double least) throws Exception {
    String key = secret("{\"cache_similarity\":0.95}");
    if (asked == null) {
      ask(key);
    } else {
      ask(key, "X-Fairlead-Cache-Similarity", asked);
    }
    assertThat(backends.cache.lookups)
        .isNotEmpty()
        .allSatisfy(lookup -> assertThat(lookup.getLeastSimilarity()).isEqualTo(least));
  }

  @Test
  void keysScope_isSharedWithKeysOfTheSame_andByNameWithNobody() throws Exception {
    String one = secret("{\"tenant\":\"globex\",\"cache_scope\":\"faq\"}");
    String other = secret("{\"tenant\":\"globex\",\"cache_scope\":\"faq\"}");
    String outside = secret("{\"tenant\":\"globex\"}");
    assertThat(List.of(ask(one), ask(other))).containsExactly("miss", "hit");
    assertThat(ask(outside)).isEqualTo("miss");
    assertThat(ask(outside, "X-Fairlead-Cache-Scope", "faq")).isEqualTo("miss");
    assertThat(ask(one, "X-Fairlead-Cache-Scope", "docs")).isEqualTo("miss");
    assertThat(ask(other, "X-Fairlead-Cache-Scope", "docs")).isEqualTo("hit");
  }

  @Test
  void bounds_areShown_changedAndLifted() throws Exception {
    JsonNode made =
        keys.create(
            "{\"cache_control\":\"max-age=30\",\"cache_ttl_s\":1.5,\"cache_similarity\":0.9,"
                + "\"cache_scope\":\"faq\"}");
    String id = made.get("id").asText();
    String key = made.get("key").asText();
    assertThat(made.get("cache_control").asText()).isEqualTo("max-age=30");
    assertThat(made.get("cache_ttl_s").asDouble()).isEqualTo(1.5);
    assertThat(made.get("cache_similarity").asDouble()).isEqualTo(0.9);
    assertThat(made.get("cache_scope").asText()).isEqualTo("faq");

    HttpResponse<String> off = keys.post("/" + id + "/cache", "{\"cache_control\":\"no-store\"}");
    assertThat(off.body()).contains("\"cache_control\":\"no-store\"").doesNotContain("faq");
    assertThat(ask(key)).isEqualTo("bypass");
    assertThat(keys.post("/" + id + "/cache", "{}").body()).doesNotContain("cache_");
    assertThat(List.of(ask(key), ask(key))).containsExactly("miss", "hit");
    assertThat(keys.post("/key_none/cache", "{}").statusCode()).isEqualTo(404);
    String rotated = JSON.readTree(keys.post("/" + id + "/rotate", "{}").body()).toString();
    assertThat(rotated).contains(id).doesNotContain("cache_");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"cache_control\":\"only-if-cached\"}",
        "{\"cache_control\":7}",
        "{\"cache_ttl_s\":0}",
        "{\"cache_ttl_s\":\"1h\"}",
        "{\"cache_similarity\":1.5}",
        "{\"cache_scope\":\"a\\nb\"}",
        "{\"cache_max_error_rate\":0.1}"
      })
  void mistakes_areNamed_andChangeNothing(String body) throws Exception {
    String id = keys.create("{}").get("id").asText();
    for (String path : List.of("", "/" + id + "/cache")) {
      HttpResponse<String> response = keys.post(path, body);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
      assertThat(response.body()).contains("\"cache_").contains("expected");
    }
  }
}
