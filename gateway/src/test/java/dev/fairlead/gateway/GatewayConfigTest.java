package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.catalog.Tier;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.canary.CanaryConfig;
import dev.fairlead.gateway.routing.RoutingConfig;
import dev.fairlead.gateway.slo.SloConfig;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {

  private static ConfigSource config(String yaml, Map<String, String> environment) {
    return ConfigSource.parse("fairlead.yaml", yaml, environment);
  }

  @ParameterizedTest
  @CsvSource({
    "server,dev.fairlead.gateway.ServerConfig",
    "services,dev.fairlead.gateway.ServicesConfig",
    "limits,dev.fairlead.gateway.LimitsConfig",
    "alerts,dev.fairlead.gateway.alerts.AlertsConfig",
    "canary,dev.fairlead.gateway.canary.CanaryConfig",
    "ledger,dev.fairlead.gateway.ledger.LedgerConfig",
    "budgets,dev.fairlead.gateway.budget.BudgetConfig",
    "slo,dev.fairlead.gateway.slo.SloConfig",
    "routing,dev.fairlead.gateway.routing.RoutingConfig",
  })
  void referenceFile_setsEveryComponent(String section, Class<?> type) throws Exception {
    Object bound = config("", Map.of()).section(section, type);
    for (RecordComponent component : type.getRecordComponents()) {
      assertThat(component.getAccessor().invoke(bound)).as(component.getName()).isNotNull();
    }
  }

  @Test
  void wellKnownEnvironmentNames_win() {
    ConfigSource config =
        config(
            "server: {port: 1}",
            Map.of("PORT", "9999", "ROUTER_POLICY", "cheapest", "COMPLEXITY_THRESHOLD", "0.5"));
    assertThat(config.section("server", ServerConfig.class).port()).isEqualTo(9999);
    RoutingConfig routing = config.section("routing", RoutingConfig.class);
    assertThat(routing.defaultPolicy()).isEqualTo("cheapest");
    assertThat(routing.complex()).isEqualTo(0.5);
    assertThat(routing.fallbackTier()).isEqualTo(Tier.STANDARD);
    assertThat(routing.scoreTimeout()).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void canary_isSteeredByItsEnvironmentNames() {
    CanaryConfig canary =
        config(
                "",
                Map.of(
                    "CANARY_STAGES", "2,10,50",
                    "CANARY_WINDOW", "75",
                    "CANARY_BURN_MULTIPLIER", "3.5"))
            .section("canary", CanaryConfig.class);
    assertThat(canary.stages()).containsExactly(2.0, 10.0, 50.0);
    assertThat(canary.window()).isEqualTo(75);
    assertThat(canary.burnMultiplier()).isEqualTo(3.5);
  }

  @Test
  void simple_followsComplex_whenTheThresholdFallsBelowIt() {
    RoutingConfig routing =
        config("", Map.of("COMPLEXITY_THRESHOLD", "0.2")).section("routing", RoutingConfig.class);
    assertThat(routing.simple()).isEqualTo(0.2);
    assertThat(routing.complex()).isEqualTo(0.2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "routing: {default_policy: cheap}|routing.default_policy|complexity",
        "routing: {complex: 1.5}|routing.complex|0.0..1.0",
        "routing: {fallback_teir: cheap}|routing.fallback_teir|fallback_tier",
        "server: {port: 70000}|server.port|65535",
        "limits: {max_choices: 0}|limits.max_choices|1..128",
        "slo: {availability: 2}|slo.availability|1.0",
      })
  void badValue_namesFileKeyAndExpectation(String yaml, String key, String expectation) {
    ConfigSource config = config(yaml, Map.of());
    assertThatThrownBy(
            () -> {
              config.section("routing", RoutingConfig.class);
              config.section("server", ServerConfig.class);
              config.section("limits", LimitsConfig.class);
              config.section("streams", StreamsConfig.class);
              config.section("slo", SloConfig.class);
            })
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fairlead.yaml")
        .hasMessageContaining(key)
        .hasMessageContaining(expectation);
  }

  @Test
  void takenPort_isAConfigurationError() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> new FakeBackends("", taken.getLocalPort()).close())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("server.port")
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
  }
}
