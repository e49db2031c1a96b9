package dev.fairlead.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScorerConfigTest {

  @Test
  void reference_bindsEveryKey() throws ReflectiveOperationException {
    ScorerConfig config = ScorerHarness.config("{}");

    for (RecordComponent component : ScorerConfig.class.getRecordComponents()) {
      assertThat(component.getAccessor().invoke(config)).as(component.getName()).isNotNull();
    }
    assertThat(config.port()).isEqualTo(7001);
    assertThat(config.computeThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void environment_setsTheBatchSize_byItsWellKnownName() {
    ConfigSource source =
        ConfigSource.parse(
            "test", "", Map.of("MAX_BATCH_SIZE", "4", "FAIRLEAD_SCORER_THREADS", "3"));
    ScorerConfig config = source.section("scorer", ScorerConfig.class);

    assertThat(config.maxBatchSize()).isEqualTo(4);
    assertThat(config.computeThreads()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "port, 70000",
    "threads, -1",
    "queue_capacity, -1",
    "max_batch_size, 0",
    "max_text_bytes, 0",
    "memo_entries, -1",
    "close_timeout, 0s",
  })
  void config_namesTheKey_whenAValueIsOutOfRange(String key, String value) {
    assertThatThrownBy(() -> ScorerHarness.config("{ " + key + ": " + value + " }"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("scorer." + key);
  }
}
