package dev.fairlead.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.live.TryOutcome;
import dev.fairlead.gateway.slo.SloConfig;
import dev.fairlead.gateway.slo.SloController;
import dev.fairlead.gateway.slo.Traffic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BurnMetersTest {

  private static final String OBJECTIVES = "llm.router.slo.objective.burn.rate";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final SloController slo =
      new SloController(
          ConfigSource.parse(
                  "test.yaml",
                  "slo: { availability: 0.9, tenants: { acme: { availability: 0.98 } },"
                      + " classes: { tools: { availability: 0.95 } } }",
                  Map.of())
              .section("slo", SloConfig.class),
          () -> 1);
  private final BurnMeters meters = new BurnMeters(registry, slo);

  private void fail(Traffic traffic, int times) {
    for (int i = 0; i < times; i++) {
      slo.record("m", traffic, new TryOutcome(TryOutcome.Kind.FAILURE, 1_000_000, -1, 0));
      meters.watch("m", traffic);
    }
  }

  @Test
  void modelsBurn_hasTwoGauges_whenItIsUnderNoOtherObjective() {
    fail(new Traffic("auto", "nobody", "text_short"), 20);

    assertThat(registry.get("llm.router.slo.burn.rate").tag("window", "short").gauge().value())
        .isCloseTo(10, within(1e-9));
    assertThat(registry.find(OBJECTIVES).gauges()).isEmpty();
  }

  @Test
  void burnOfTenantAndClass_isToldBesideTheModels() {
    fail(new Traffic("auto", "acme", "tools_long"), 20);

    assertThat(registry.find(OBJECTIVES).gauges())
        .extracting(gauge -> gauge.getId().getTag("objective") + Math.round(gauge.value()))
        .containsExactlyInAnyOrder("tenant:acme50", "tenant:acme50", "class:tools20", "class:tools20");
  }
}
