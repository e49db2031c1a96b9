package dev.fairlead.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheConfigTest {

  private static ConfigSource source(String yaml, Map<String, String> environment) {
    return ConfigSource.parse("test.yaml", yaml, environment);
  }

  @Test
  void referenceFile_bindsEveryComponent() throws ReflectiveOperationException {
    ConfigSource defaults = source("", Map.of());
    CacheConfig section = defaults.section("cache", CacheConfig.class);
    for (RecordComponent component : CacheConfig.class.getRecordComponents()) {
      component.getAccessor().setAccessible(true);
      assertThat(component.getAccessor().invoke(section)).as(component.getName()).isNotNull();
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
    ConfigSource config = source("cache: { ttl: 10s }", Map.of("CACHE_TTL", "60"));
    assertThat(config.section("cache", CacheConfig.class).ttl()).isEqualTo(Duration.ofSeconds(60));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "policy: magic | cache.policy: magic (expected: error_bound or vcache or threshold)",
        "max_error_rate: 0 | cache.max_error_rate: 0.0",
        "judge: fair | cache.judge: fair (expected: similarity or words or equality)",
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
}
