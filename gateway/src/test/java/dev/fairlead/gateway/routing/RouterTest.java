package dev.fairlead.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {

  private static final RoutingConfig CONFIG =
      new RoutingConfig(
          "complexity",
          0.3,
          0.7,
          0,
          150,
          Tier.STANDARD,
          Duration.ofMillis(250),
          Duration.ofMillis(100),
          300,
          0.05,
          20,
          0,
          Map.of(),
          new RoutingConfig.FirstTokenMs(400, 600, 1000),
          "");
  private static final Catalog CATALOG =
      Catalog.of(
          1,
          List.of(
              model(
                  "quality-1",
                  Tier.QUALITY,
                  2_500_000_000L,
                  100_000,
                  Set.of(Capability.TOOLS, Capability.VISION)),
              model("cheap-1", Tier.CHEAP, 150_000_000L, 8_000, Set.of()),
              model("cheap-2", Tier.CHEAP, 100_000_000L, 8_000, Set.of(Capability.TOOLS)),
              model("standard-1", Tier.STANDARD, 400_000_000L, 32_000, Set.of(Capability.TOOLS)),
              model("embedder", Tier.CHEAP, 1_000L, 8_000, Set.of(Capability.EMBEDDINGS)),
              model("named-only", null, 1_000L, 8_000, Set.of())));
  private final Router router = new Router(CONFIG, Signals.quiet());

  private static ModelSpec model(
      String id, @Nullable Tier tier, long input, long window, Set<Capability> capabilities) {
    return new ModelSpec(id, "p", id, tier, Price.of(input, input * 4), window, 0, capabilities);
  }

  private static RouteQuery query(OptionalDouble complexity) {
    return new RouteQuery(1000, 100, 0, 1, Set.of(), complexity, null);
  }

  private static ModelSelector auto(PolicyName policy) {
    return new ModelSelector.Auto("auto", policy);
  }

  private List<String> order(RouteQuery query, PolicyName policy) {
    return router.route(query, auto(policy), CATALOG).order().stream().map(ModelSpec::id).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "0.0,cheap-1,COMPLEXITY_BELOW_SIMPLE",
    "0.2999,cheap-1,COMPLEXITY_BELOW_SIMPLE",
    "0.3,standard-1,COMPLEXITY_BETWEEN",
    "0.6999,standard-1,COMPLEXITY_BETWEEN",
    "0.7,quality-1,COMPLEXITY_ABOVE_COMPLEX",
    "1.0,quality-1,COMPLEXITY_ABOVE_COMPLEX",
  })
  void complexity_choosesTheTier(double complexity, String model, Reason reason) {
    Decision decision =
        router.route(query(OptionalDouble.of(complexity)), auto(PolicyName.COMPLEXITY), CATALOG);
    assertThat(decision.first().id()).isEqualTo(model);
    assertThat(decision.reason()).isEqualTo(reason);
  }

  @Test
  void fallbackTier_serves_whenComplexityIsUnknown() {
    Decision decision =
        router.route(query(OptionalDouble.empty()), auto(PolicyName.COMPLEXITY), CATALOG);
    assertThat(decision.first().id()).isEqualTo("standard-1");
    assertThat(decision.reason()).isEqualTo(Reason.SCORER_UNAVAILABLE);
  }

  @Test
  void order_goesUpBeforeItGoesDown() {
    assertThat(order(query(OptionalDouble.of(0.5)), PolicyName.COMPLEXITY))
        .containsExactly("standard-1", "quality-1", "cheap-1", "cheap-2");
  }

  @Test
  void cheapest_ordersByExpectedCost() {
    assertThat(order(query(OptionalDouble.empty()), PolicyName.CHEAPEST))
        .containsExactly("cheap-2", "cheap-1", "standard-1", "quality-1");
  }

  @ParameterizedTest
  @CsvSource({"150,cheap-1", "151,quality-1"})
  void promptLength_splitsAtItsLimit(long characters, String model) {
    RouteQuery query = new RouteQuery(10, characters, 0, 1, Set.of(), OptionalDouble.empty(), null);
    assertThat(order(query, PolicyName.PROMPT_LENGTH).getFirst()).isEqualTo(model);
  }

  @Test
  void constraints_comeBeforeThePolicy_andAreNamed() {
    RouteQuery query =
        new RouteQuery(20_000, 100, 0, 1, Set.of(Capability.TOOLS), OptionalDouble.of(0.1), null);
    Decision decision = router.route(query, auto(PolicyName.COMPLEXITY), CATALOG);
    assertThat(decision.order())
        .extracting(ModelSpec::id)
        .containsExactly("standard-1", "quality-1");
    assertThat(decision.candidates())
        .filteredOn(candidate -> !candidate.feasible())
        .extracting(candidate -> candidate.model().id() + " " + candidate.dropped())
        .containsExactlyInAnyOrder(
            "cheap-1 CAPABILITY",
            "cheap-2 CONTEXT_WINDOW",
            "embedder EMBEDDINGS_ONLY",
            "named-only NO_TIER");
  }

  @Test
  void reasoning_isAWish() {
    RouteQuery query =
        new RouteQuery(10, 10, 0, 1, Set.of(Capability.REASONING), OptionalDouble.of(0.1), null);
    assertThat(order(query, PolicyName.COMPLEXITY)).hasSize(4);
  }

  @Test
  void costCap_boundsTheOutputOfEveryModelThatMayAnswer() {
    RouteQuery capped =
        new RouteQuery(1000, 10, 0, 1, Set.of(), OptionalDouble.of(0.1), 400_000_000L);
    Decision decision = router.route(capped, auto(PolicyName.COMPLEXITY), CATALOG);
    assertThat(decision.order()).hasSize(4);
    int bound = decision.maxOutputTokens().orElseThrow();
    for (ModelSpec model : decision.order()) {
      assertThat(model.costNanoUsd(TokenUsage.of(1250, bound))).isLessThanOrEqualTo(400_000_000L);
    }
    // 0.40 USD less the prompt's 1250 x 2.50 per million, at 10 USD per million.
    assertThat(bound).isEqualTo(39_687);
  }

  @Test
  void costCap_isMetByClamping_whenNoModelMeetsItAtFullLength() {
    RouteQuery capped =
        new RouteQuery(1000, 10, 5000, 1, Set.of(), OptionalDouble.of(0.9), 250_000L);
    Decision decision = router.route(capped, auto(PolicyName.COMPLEXITY), CATALOG);
    assertThat(decision.order()).extracting(ModelSpec::id).containsExactly("cheap-2");
    assertThat(decision.reason()).isEqualTo(Reason.COST_CAP_CLAMPED);
    // 0.00025 USD less 1250 x 0.10 per million, at 0.40 USD per million.
    assertThat(decision.maxOutputTokens()).hasValue(312);
    assertThat(decision.estimatedCostNanoUsd()).isLessThanOrEqualTo(250_000L);
  }

  @Test
  void costCap_clampsANamedModel_andRefusesItBelowAUsefulLength() {
    ModelSelector named = ModelSelector.of("quality-1", null, "complexity", CATALOG);
    RouteQuery capped =
        new RouteQuery(1000, 10, 0, 1, Set.of(), OptionalDouble.empty(), 4_000_000L);
    Decision decision = router.route(capped, named, CATALOG);
    assertThat(decision.maxOutputTokens()).hasValue(87);
    RouteQuery poor = new RouteQuery(1000, 10, 0, 1, Set.of(), OptionalDouble.empty(), 3_200_000L);
    assertThatThrownBy(() -> router.route(poor, named, CATALOG))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("quality-1");
  }

  @Test
  void costCap_isMetByChoice_elseRefusedWithTheCheapest() {
    // cheap-2: 1000 x 0.1 + 300 x 0.4 USD per million = 0.00022 USD.
    RouteQuery capped = new RouteQuery(1000, 10, 0, 1, Set.of(), OptionalDouble.of(0.9), 250_000L);
    assertThat(order(capped, PolicyName.COMPLEXITY)).containsExactly("cheap-2");
    RouteQuery impossible = new RouteQuery(1000, 10, 0, 1, Set.of(), OptionalDouble.of(0.9), 1000L);
    assertThatThrownBy(() -> order(impossible, PolicyName.COMPLEXITY))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure()).isInstanceOf(Failure.BudgetExceeded.class);
              assertThat(e).hasMessageContaining("cheap-2").hasMessageContaining("0.0001314");
            });
  }

  @Test
  void choicesMultiplyTheExpectedCost() {
    RouteQuery four = new RouteQuery(1000, 10, 100, 4, Set.of(), OptionalDouble.empty(), null);
    Decision decision = router.route(four, auto(PolicyName.CHEAPEST), CATALOG);
    assertThat(decision.estimatedCostNanoUsd()).isEqualTo(100_000L + 160_000L);
  }

  @Test
  void explicitModel_isTakenAsItIs_andNeverReplaced() {
    ModelSelector selector = ModelSelector.of("named-only", null, "complexity", CATALOG);
    RouteQuery query =
        new RouteQuery(1000, 10, 0, 1, Set.of(Capability.VISION), OptionalDouble.empty(), null);
    Decision decision = router.route(query, selector, CATALOG);
    assertThat(decision.order()).extracting(ModelSpec::id).containsExactly("named-only");
    assertThat(decision.policy()).isEqualTo("explicit");
    assertThat(decision.tierLabel()).isEqualTo("none");
  }

  @Test
  void noCandidate_saysWhatWasNeeded() {
    RouteQuery query =
        new RouteQuery(200_000, 10, 0, 1, Set.of(Capability.VISION), OptionalDouble.empty(), null);
    assertThatThrownBy(() -> order(query, PolicyName.CHEAPEST))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure()).isInstanceOf(Failure.NoCandidate.class))
        .hasMessageContaining("vision")
        .hasMessageContaining("200000");
  }

  @Test
  void baseline_isTheQualityTiersFirst_unlessConfigured() {
    assertThat(router.baseline(CATALOG)).map(ModelSpec::id).contains("quality-1");
    Router configured =
        new Router(
            new RoutingConfig(
                "complexity",
                0.3,
                0.7,
                0,
                150,
                Tier.STANDARD,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                300,
                0.05,
                20,
                0,
                Map.of(),
                new RoutingConfig.FirstTokenMs(400, 600, 1000),
                "cheap-1"),
            Signals.quiet());
    assertThat(configured.baseline(CATALOG)).map(ModelSpec::id).contains("cheap-1");
  }

  @ParameterizedTest
  @CsvSource({"auto,COMPLEXITY", "auto:cheapest,CHEAPEST", "auto:prompt_length,PROMPT_LENGTH"})
  void autoNames_carryThePolicy(String name, PolicyName policy) {
    assertThat(ModelSelector.of(name, null, "complexity", CATALOG))
        .isEqualTo(new ModelSelector.Auto(name, policy));
  }

  @ParameterizedTest
  @CsvSource({"nope", "auto:nope", "AUTO", "''", "../etc/passwd"})
  void unknownName_isRefused(String name) {
    assertThatThrownBy(() -> ModelSelector.of(name, null, "complexity", CATALOG))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure()).isInstanceOf(Failure.UnknownModel.class));
  }
}
