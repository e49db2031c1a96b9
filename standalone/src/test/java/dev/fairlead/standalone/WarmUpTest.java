package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.telemetry.LogLevel;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  @Test
  void warmUp_answersRequestsOfEveryKind_andRestoresTheLogLevel() {
    String level = LogLevel.current();

    assertThat(WarmUp.run(Duration.ofMillis(1))).isGreaterThanOrEqualTo(6);
    assertThat(LogLevel.current()).isEqualTo(level);
  }

  @Test
  void noTime_isNoWarmUp() {
    assertThat(WarmUp.run(Duration.ZERO)).isZero();
  }

  @Test
  void timeOutOfRange_isRefusedByName() {
    ConfigSource config = ConfigSource.parse("test", "standalone: { warm_up: 3h }", Map.of());

    assertThatThrownBy(() -> config.section("standalone", StandaloneConfig.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("standalone.warm_up");
  }
}
