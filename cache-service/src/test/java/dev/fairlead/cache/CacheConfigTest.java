package dev.fairlead.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cache.redis.RedisUrl;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CacheConfigTest {

  private static ConfigSource source(String yaml, Map<String, String> environment) {
    return ConfigSource.parse("test.yaml", yaml, environment);
  }

  @Test
  void referenceFiles_bindEveryComponent() throws ReflectiveOperationException {
    ConfigSource defaults = source("", Map.of());
    for (Record section :
        new Record[] {
          defaults.section("cache", CacheConfig.class), defaults.section("redis", RedisConfig.class)
        }) {
      for (RecordComponent component : section.getClass().getRecordComponents()) {
        component.getAccessor().setAccessible(true);
        assertThat(component.getAccessor().invoke(section)).as(component.getName()).isNotNull();
      }
    }
  }

  @Test
  void defaults_areTheDocumentedOnes() {
    CacheConfig config = source("", Map.of()).section("cache", CacheConfig.class);
    assertThat(config.ttl()).isEqualTo(Duration.ofSeconds(300));
    assertThat(config.semantic()).isTrue();
    assertThat(config.policy()).isEqualTo("error_bound");
    assertThat(config.maxErrorRate()).isEqualTo(0.01);
    assertThat(config.similarity()).isEqualTo(0.90);
    assertThat(config.storeTimeout()).isEqualTo(Duration.ofMillis(20));
    assertThat(config.port()).isEqualTo(7002);
  }

  @Test
  void environment_winsOverFile() {
    ConfigSource config =
        source("cache: { ttl: 10s }", Map.of("CACHE_TTL", "60", "REDIS_URL", "redis://cache:6379"));
    assertThat(config.section("cache", CacheConfig.class).ttl()).isEqualTo(Duration.ofSeconds(60));
    assertThat(config.section("redis", RedisConfig.class).url().reveal())
        .isEqualTo("redis://cache:6379");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "policy: magic | cache.policy: magic (expected: error_bound or vcache or threshold)",
        "max_error_rate: 0 | cache.max_error_rate: 0.0",
        "similarity: 1.5 | cache.similarity: 1.5 (expected: 0.0..1.0)",
        "ttl: 0s | cache.ttl: PT0S (expected: more than 0)",
        "ttl: 30d | cache.ttl",
        "ttl_jitter: 1 | cache.ttl_jitter",
        "similarty: 0.9 | did you mean `similarity`?",
        "max_entries: 0 | cache.max_entries: 0 (expected: 1..100000000)"
      })
  void badValue_isNamedWithItsExpectation(String line, String message) {
    ConfigSource config = source("cache: { " + line + " }", Map.of());
    assertThatThrownBy(() -> config.section("cache", CacheConfig.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void redisSection_doesNotShowItsPassword() {
    RedisConfig redis =
        source("redis: { url: 'redis://:hunter2@h:1' }", Map.of())
            .section("redis", RedisConfig.class);
    assertThat(redis.toString()).doesNotContain("hunter2");
  }

  @Test
  void redisUrl_single_whenOneNode() {
    RedisUrl url = RedisUrl.parse("rediss://app:s%40cret@cache.internal/3");
    assertThat(url.mode()).isEqualTo(RedisUrl.Mode.SINGLE);
    assertThat(url.addresses()).containsExactly("rediss://cache.internal:6379");
    assertThat(url.username()).isEqualTo("app");
    assertThat(url.password().reveal()).isEqualTo("s@cret");
    assertThat(url.database()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://:p@a:1,b:2,c:3",
        "redis://a:1,redis://b:2,redis://c:3",
        "redis+cluster://a:1,b:2,c:3"
      })
  void redisUrl_cluster_whenSeveralNodes(String text) {
    RedisUrl url = RedisUrl.parse(text);
    assertThat(url.mode()).isEqualTo(RedisUrl.Mode.CLUSTER);
    assertThat(url.addresses()).containsExactly("redis://a:1", "redis://b:2", "redis://c:3");
  }

  @Test
  void redisUrl_sentinel_whenTheSchemeSaysSo() {
    RedisUrl url = RedisUrl.parse("redis+sentinel://:pw@s1:26379,s2/mymaster/2");
    assertThat(url.mode()).isEqualTo(RedisUrl.Mode.SENTINEL);
    assertThat(url.addresses()).containsExactly("redis://s1:26379", "redis://s2:26379");
    assertThat(url.masterName()).isEqualTo("mymaster");
    assertThat(url.database()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://:hunter2@h:1",
        "hunter2",
        "redis://",
        "redis://h:port",
        "redis://h/x",
        "redis+sentinel://h:1"
      })
  void redisUrl_isRefusedWithoutRepeatingIt_whenMalformed(String text) {
    assertThatThrownBy(() -> RedisUrl.parse(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("redis.url:")
        .hasMessageNotContaining("hunter2");
  }
}
