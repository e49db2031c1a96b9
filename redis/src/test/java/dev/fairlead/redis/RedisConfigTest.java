package dev.fairlead.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.tls.Tls;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisConfigTest {

  private static RedisConfig section(String yaml, Map<String, String> environment) {
    return ConfigSource.parse("test.yaml", yaml, environment).section("redis", RedisConfig.class);
  }

  @Test
  void referenceFile_bindsEveryComponent() throws ReflectiveOperationException {
    RedisConfig defaults = section("", Map.of());
    for (RecordComponent component : RedisConfig.class.getRecordComponents()) {
      assertThat(component.getAccessor().invoke(defaults)).as(component.getName()).isNotNull();
    }
    assertThat(defaults.configured()).isFalse();
  }

  @Test
  void environment_namesTheServer() {
    RedisConfig config = section("", Map.of("REDIS_URL", "redis://cache:6379"));
    assertThat(config.configured()).isTrue();
    assertThat(settings(config).url().addresses()).containsExactly("redis://cache:6379");
  }

  private static RedisSettings settings(RedisConfig config) {
    try (Tls tls = Tls.of(ConfigSource.parse("test.yaml", "", Map.of()))) {
      return config.settings(tls);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ca: /no/such.pem    | redis.ca: /no/such.pem cannot be read
          cert: /no/cert.pem  | redis.key: missing
          key: /no/key.pem    | redis.cert: missing
          cert: /no/c.pem, key: /no/k.pem | redis.cert: /no/c.pem cannot be read
          """)
  void certificates_areRefused_withKeyFileAndExpectation(String keys, String complaint) {
    RedisConfig redis = section("redis: { url: 'rediss://h:1', %s }".formatted(keys), Map.of());
    assertThatThrownBy(() -> settings(redis))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(complaint)
        .hasMessageContaining("(expected: a PEM file");
  }

  @Test
  void redisSection_doesNotShowItsPassword() {
    RedisConfig redis = section("redis: { url: 'redis://:hunter2@h:1' }", Map.of());
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
