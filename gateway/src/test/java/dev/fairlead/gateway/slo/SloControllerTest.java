package dev.fairlead.gateway.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.live.TryOutcome;
import dev.fairlead.gateway.live.TryOutcome.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SloControllerTest {

  private static final String YAML =
      """
      slo:
        latency_p95_ms: 1000
        first_token_p95_ms: 300
        availability: 0.99
        models: { slow: { latency_p95_ms: 5000 } }
        routes: { "auto:cheapest": { availability: 0.9, latency_p95_ms: 800 } }
        tenants: { impatient: { latency_p95_ms: 100 } }
        classes: { tools: { latency_p95_ms: 400 }, tools_long: { latency_p95_ms: 4000 } }
      """;

  private long nanos = 1;
  private final SloController slo =
      new SloController(
          ConfigSource.parse("test.yaml", YAML, Map.of()).section("slo", SloConfig.class),
          () -> nanos);

  private void tries(String model, String tenant, Kind kind, int count, long millis) {
    for (int i = 0; i < count; i++) {
      slo.record(model, traffic(tenant), new TryOutcome(kind, millis * 1_000_000, -1, 10));
    }
  }

  private static Traffic traffic(String tenant) {
    return new Traffic("auto", tenant, "text_short");
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void burn_isFailuresOverBudget() {
    tries("m", "t", Kind.SUCCESS, 95, 10);
    tries("m", "t", Kind.FAILURE, 5, 10);
    assertThat(slo.burn("m").shortWindow()).isCloseTo(5, within(1e-9));
    assertThat(slo.burn("m").longWindow()).isCloseTo(5, within(1e-9));
  }

  @Test
  void burn_isSlowAnswersOverTheirBudget_ofTheModelsOwnObjective() {
    tries("m", "t", Kind.SUCCESS, 80, 10);
    tries("m", "t", Kind.SUCCESS, 20, 2000);
    tries("slow", "t", Kind.SUCCESS, 100, 2000);
    assertThat(slo.burn("m").shortWindow()).isCloseTo(4, within(1e-9));
    assertThat(slo.burn("slow").shortWindow()).isZero();
  }

  @Test
  void burn_seesLateFirstTokens_ofStreamsAlone() {
    for (int i = 0; i < 40; i++) {
      slo.record("m", traffic("t"), new TryOutcome(Kind.SUCCESS, 900_000_000, 400_000_000, 10));
    }
    tries("m", "t", Kind.SUCCESS, 60, 10);
    assertThat(slo.burn("m").shortWindow()).isCloseTo(20, within(1e-9));
  }

  @Test
  void burn_isUnknown_belowTheLeastNumberOfTries() {
    tries("m", "t", Kind.FAILURE, 19, 10);
    assertThat(slo.burn("m").effective()).isZero();
    tries("m", "t", Kind.FAILURE, 1, 10);
    assertThat(slo.burn("m").effective()).isGreaterThan(1);
  }

  @Test
  void effectiveBurn_needsBothWindows() {
    tries("m", "t", Kind.SUCCESS, 10_000, 10);
    pass(Duration.ofMinutes(30));
    tries("m", "t", Kind.FAILURE, 20, 10);
    tries("m", "t", Kind.SUCCESS, 80, 10);
    assertThat(slo.burn("m").shortWindow()).isCloseTo(20, within(1e-9));
    assertThat(slo.burn("m").longWindow()).isLessThan(1);
    assertThat(slo.burn("m").effective()).isLessThan(1);
    pass(Duration.ofMinutes(20));
    assertThat(slo.burn("m").shortWindow()).isZero();
  }

  @Test
  void effectiveBurn_isOver_whenTheShortWindowIsGoodAgain() {
    tries("m", "t", Kind.FAILURE, 200, 10);
    pass(Duration.ofMinutes(10));
    tries("m", "t", Kind.SUCCESS, 50, 10);
    assertThat(slo.burn("m").longWindow()).isGreaterThan(1);
    assertThat(slo.burn("m").shortWindow()).isZero();
    assertThat(slo.burn("m").effective()).isZero();
  }

  @Test
  void routesObjective_holdsForItsRequestsAlone_besideTheModels() {
    Traffic route = new Traffic("auto:cheapest", "t", "text_short");
    TryOutcome late = new TryOutcome(Kind.SUCCESS, 900_000_000, -1, 10);
    for (int i = 0; i < 50; i++) {
      slo.record("m", route, late);
      slo.record("m", traffic("t"), late);
    }
    assertThat(slo.burn("m", route)).isGreaterThan(1);
    assertThat(slo.share("m", route)).isEqualTo(0.5);
    assertThat(slo.burn("m", traffic("t"))).as("within the model's second").isZero();
    assertThat(slo.share("m", traffic("t"))).isEqualTo(1);
    assertThat(slo.otherObjectives(route)).containsExactly("route:auto:cheapest");
    assertThat(slo.otherBurns("m"))
        .hasEntrySatisfying(
            "route:auto:cheapest", burn -> assertThat(burn.effective()).isGreaterThan(1));
  }

  @Test
  void tenantsObjective_holdsForItsRequestsAlone() {
    tries("m", "impatient", Kind.SUCCESS, 50, 500);
    tries("m", "patient", Kind.SUCCESS, 50, 500);
    assertThat(slo.burn("m", traffic("impatient"))).isGreaterThan(1);
    assertThat(slo.burn("m", traffic("patient"))).isZero();
  }

  @Test
  void share_fallsWhileItBurns_staysBetween_andComesBackSlowly() {
    tries("m", "t", Kind.SUCCESS, 50, 10);
    assertThat(slo.share("m", traffic("t"))).isEqualTo(1);
    tries("m", "t", Kind.FAILURE, 50, 10);
    assertThat(slo.share("m", traffic("t"))).isEqualTo(0.5);
    assertThat(slo.share("m", traffic("t"))).as("not before the next step").isEqualTo(0.5);
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofSeconds(5));
      slo.share("m", traffic("t"));
    }
    assertThat(slo.share("m", traffic("t"))).isEqualTo(0.02);
    pass(Duration.ofMinutes(6));
    double before = slo.share("m", traffic("t"));
    assertThat(before).isCloseTo(0.12, within(1e-9));
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofSeconds(5));
      slo.share("m", traffic("t"));
    }
    assertThat(slo.share("m", traffic("t"))).isEqualTo(1);
  }

  @Test
  void share_neitherFallsNorRises_betweenTheBorders() {
    tries("m", "t", Kind.FAILURE, 100, 10);
    assertThat(slo.share("m", traffic("t"))).isEqualTo(0.5);
    // 0.9 of the budget: below the border for less, above the one for more.
    tries("m", "t", Kind.SUCCESS, 11_011, 10);
    pass(Duration.ofSeconds(5));
    assertThat(slo.burn("m").effective()).isBetween(0.8, 1.0);
    assertThat(slo.share("m", traffic("t"))).isEqualTo(0.5);
  }

  @Test
  void classesObjective_holdsForItsRequestsAlone_theNarrowerFirst() {
    Traffic tools = new Traffic("auto", "t", "tools_short");
    Traffic longTools = new Traffic("auto", "t", "tools_long");
    TryOutcome half = new TryOutcome(Kind.SUCCESS, 500_000_000, -1, 10);
    for (Traffic traffic : List.of(tools, longTools, traffic("t"))) {
      for (int i = 0; i < 50; i++) {
        slo.record("m", traffic, half);
      }
    }
    assertThat(slo.burn("m", tools)).isGreaterThan(1);
    assertThat(slo.share("m", tools)).isEqualTo(0.5);
    assertThat(slo.burn("m", longTools)).isZero();
    assertThat(slo.burn("m", traffic("t"))).isZero();
    assertThat(slo.share("m", traffic("t"))).isEqualTo(1);
  }

  @Test
  void burnsOfOtherObjectives_areToldByName() {
    Traffic traffic = new Traffic("auto", "impatient", "tools_short");
    for (int i = 0; i < 50; i++) {
      slo.record("m", traffic, new TryOutcome(Kind.SUCCESS, 200_000_000, -1, 10));
    }
    assertThat(slo.otherObjectives(traffic)).containsExactly("tenant:impatient", "class:tools");
    assertThat(slo.otherBurns("m"))
        .hasEntrySatisfying(
            "tenant:impatient", burn -> assertThat(burn.effective()).isGreaterThan(1))
        .hasEntrySatisfying("class:tools", burn -> assertThat(burn.effective()).isZero());
    assertThat(slo.otherBurns("other")).isEmpty();
  }

  @Test
  void class_isRefused_whenThereIsNone() {
    ConfigSource config =
        ConfigSource.parse(
            "test.yaml", "slo: { classes: { tool: { availability: 0.9 } } }", Map.of());
    assertThatThrownBy(() -> config.section("slo", SloConfig.class))
        .hasMessageContaining("slo.classes")
        .hasMessageContaining("tools_long");
  }
}
