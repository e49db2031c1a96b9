package dev.fairlead.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReferenceFileTest {

  @Test
  void security_bindsEveryKey_andIsOffByDefault() {
    SecurityConfig security =
        ConfigSource.parse("f", "", Map.of()).section("security", SecurityConfig.class);

    assertThat(security).hasNoNullFieldsOrProperties();
    assertThat(security.adminToken().isEmpty()).isTrue();
    assertThat(security.serviceToken().isEmpty()).isTrue();
  }

  @Test
  void adminToken_isHonouredUnderItsWellKnownName() {
    ConfigSource config =
        ConfigSource.parse("f", "security: {admin_token: a}", Map.of("ADMIN_TOKEN", "b"));

    assertThat(config.section("security", SecurityConfig.class).adminToken().reveal())
        .isEqualTo("b");
  }

  @Test
  void expectations_nameKeyValueAndBound() {
    assertThatThrownBy(() -> Expect.range("k", 0, 1, 5)).hasMessage("k: 0 (expected: 1..5)");
    assertThatThrownBy(() -> Expect.range("k", Double.NaN, 0.0, 1.0))
        .hasMessage("k: NaN (expected: 0.0..1.0)");
    assertThatThrownBy(() -> Expect.positive("k", Duration.ZERO)).hasMessageContaining("k: PT0S");
    assertThatThrownBy(() -> Expect.present("k", " ")).hasMessage("k: missing (expected: a value)");
    assertThatThrownBy(() -> Expect.that(false, "k", new Secret("x"), "y"))
        .hasMessage("k: *** (expected: y)");
    assertThatCode(
            () -> {
              Expect.range("k", 1, 1, 5);
              Expect.positive("k", Duration.ofNanos(1));
              Expect.present("k", "v");
              Expect.that(true, "k", 1, "y");
            })
        .doesNotThrowAnyException();
  }
}
