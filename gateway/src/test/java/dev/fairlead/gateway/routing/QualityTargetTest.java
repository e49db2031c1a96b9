package dev.fairlead.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.quality.QualityEstimates;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Prompts of gains between 0 and 0.4: all on the cheap tier would keep 0.8 of the quality. */
class QualityTargetTest {

  private static final double SMALL = 0.0151;

  private static final Catalog CATALOG =
      Catalog.of(
          1,
          List.of(
              model("strong", Tier.QUALITY, 2_500_000_000L),
              model("middle", Tier.STANDARD, 500_000_000L),
              model("weak", Tier.CHEAP, 100_000_000L)));

  private final Random random = new Random(11);

  private static ModelSpec model(String id, Tier tier, long input) {
    return new ModelSpec(id, "p", id, tier, Price.of(input, input * 4), 0, 0, Set.of());
  }

  private static Router router(String yaml, ExpectedQuality expected) {
    RoutingSignals quiet = Signals.quiet();
    return new Router(
        ConfigSource.parse("test.yaml", yaml, Map.of()).section("routing", RoutingConfig.class),
        new RoutingSignals(
            quiet.statistics(),
            quiet.slo(),
            quiet.canary(),
            quiet.openBreaker(),
            quiet.random(),
            expected));
  }

  private static Decision decide(Router router, double gain, @Nullable Double target) {
    return decide(router, query("", gain, target));
  }

  private static Decision decide(Router router, RouteQuery query) {
    return router.route(query, new ModelSelector.Auto("auto", PolicyName.COMPLEXITY), CATALOG);
  }

  private static RouteQuery query(String tenant, double gain, @Nullable Double target) {
    return new RouteQuery(
        100,
        100,
        0,
        1,
        Set.of(),
        OptionalDouble.of(0.5),
        null,
        new RouteCaller("auto", tenant, null, null, null),
        new QualityWish(OptionalDouble.of(gain), target));
  }

  /** Mean expected quality and how often each model was first, over many prompts. */
  private double serve(Router router, ExpectedQuality expected, Map<String, Integer> firsts) {
    double sum = 0;
    int prompts = 4_000;
    for (int i = 0; i < prompts; i++) {
      double gain = 0.4 * random.nextDouble();
      Decision decision = decide(router, gain, null);
      sum += expected.of("", decision.first(), gain);
      firsts.merge(decision.first().id(), 1, Integer::sum);
    }
    return sum / prompts;
  }

  @Test
  void meanQuality_meetsTheTarget_andCostsLittleMore() {
    Router router = router("routing: { quality_target: 0.95 }", ExpectedQuality.PRIOR);
    Map<String, Integer> firsts = new java.util.HashMap<>();

    assertThat(serve(router, ExpectedQuality.PRIOR, firsts)).isCloseTo(0.95, within(SMALL));
    // Each prompt by itself would send every gain above 0.1 past the standard tier.
    assertThat(firsts.get("weak")).isBetween(400, 2_400);
    assertThat(firsts).containsKeys("weak", "middle");
  }

  @Test
  void eachPrompt_mustMeetTheTarget_untilTheCurveIsKnown() {
    Router router = router("routing: { quality_target: 0.95 }", ExpectedQuality.PRIOR);

    assertThat(decide(router, 0.04, null).first().id()).isEqualTo("weak");
    assertThat(decide(router, 0.08, null).first().id()).isEqualTo("middle");
    Decision hard = decide(router, 0.3, null);
    assertThat(hard.order()).extracting(ModelSpec::id).containsExactly("strong", "middle", "weak");
    assertThat(hard.reason()).isEqualTo(Reason.QUALITY_TARGET);
  }

  @Test
  void curve_isThatOfTheTenantAndTarget_withoutDryRuns() {
    Router router = router("routing: { quality_target: 0.95 }", ExpectedQuality.PRIOR);
    for (int i = 0; i < 1_000; i++) {
      Decision ignored = decide(router, query("easy", 0.001 * (i % 10), null));
      ignored = decide(router, query("hard", 0.4, 0.9));
      ignored = decide(router, query("rehearsing", 0.001, null).rehearsal());
    }
    RouteQuery asked = query("easy", 0.08, null);

    assertThat(decide(router, asked).first().id()).as("its mean has room").isEqualTo("weak");
    assertThat(decide(router, query("hard", 0.08, null)).first().id()).isEqualTo("middle");
    assertThat(decide(router, query("rehearsing", 0.08, null)).first().id()).isEqualTo("middle");
    assertThat(decide(router, query("new", 0.08, null)).first().id()).isEqualTo("middle");
  }

  @Test
  void curves_areBounded_andTheLongestUnusedIsForgotten() {
    QualityCurves curves = new QualityCurves(ExpectedQuality.PRIOR);
    QualityCurve first = curves.of("first", 0.9);
    QualityCurve second = curves.of("second", 0.9);
    for (int i = 0; i < QualityCurves.MOST - 1; i++) {
      assertThat(curves.of("tenant " + i, 0.9)).isNotSameAs(first);
      assertThat(curves.of("first", 0.9)).isSameAs(first);
    }

    assertThat(curves.of("second", 0.9)).isNotSameAs(second);
  }

  @Test
  void requestsOwnTarget_comesFirst_andThresholdsServeWithoutOne() {
    Router router = router("routing: { simple: 0.3, complex: 0.7 }", ExpectedQuality.PRIOR);

    assertThat(decide(router, 0.01, null).reason()).isEqualTo(Reason.COMPLEXITY_BETWEEN);
    assertThat(decide(router, 0.3, 1.0).first().id()).isEqualTo("strong");
    assertThat(decide(router, 0.3, 0.5).first().id()).isEqualTo("weak");
  }

  @Test
  void comparisons_moveTheChoice_ofModelAndPrompts() {
    QualityEstimates estimates = new QualityEstimates(InstantSource.system());
    ExpectedQuality measured =
        (tenant, model, gain) ->
            model.tier() == Tier.QUALITY
                ? 1
                : estimates.expected(
                    tenant, model.id(), gain, QualityEstimates.reach(model.tier()));
    Router router = router("routing: { quality_target: 0.95 }", measured);
    assertThat(decide(router, 0.3, null).first().id()).isEqualTo("strong");

    for (int i = 0; i < 1_000; i++) {
      estimates.observed("", "weak", 0.3, 1);
      estimates.observed("", "weak", 0.05, 0);
    }

    assertThat(decide(router, 0.3, null).first().id()).isEqualTo("weak");
    assertThat(decide(router, 0.05, null).first().id()).isEqualTo("middle");

    // Elsewhere it is bad, which is that tenant's own affair.
    for (int i = 0; i < 1_000; i++) {
      estimates.observed("else", "weak", 0.3, 0);
    }
    assertThat(decide(router, query("else", 0.3, null)).first().id()).isEqualTo("strong");
    assertThat(decide(router, 0.3, null).first().id()).isEqualTo("weak");
  }

  @Test
  void exploration_sendsItsShareToTheCheapTier_andTellsPropensities() {
    Router router =
        router(
            "routing: { simple: 0.3, complex: 0.4, learning_exploration: 0.2 }",
            ExpectedQuality.PRIOR);
    int explored = 0;
    for (int i = 0; i < 2_000; i++) {
      Decision decision = decide(router, 0.3, null);
      boolean cheap = decision.first().id().equals("weak");
      assertThat(decision.propensity()).isEqualTo(cheap ? 0.2 : 0.8);
      assertThat(decision.reason())
          .isEqualTo(cheap ? Reason.LEARNING_EXPLORATION : Reason.COMPLEXITY_ABOVE_COMPLEX);
      assertThat(decision.propensityOf("middle")).isZero();
      explored += cheap ? 1 : 0;
    }

    assertThat(explored).isBetween(300, 500);
    assertThat(decide(router, 0.3, 1.0).propensity()).isEqualTo(1);
  }

  @Test
  void prompts_forTheCheapTier_leaveNothingToExplore() {
    Router router =
        router(
            "routing: { simple: 0.6, complex: 0.7, learning_exploration: 0.5 }",
            ExpectedQuality.PRIOR);
    for (int i = 0; i < 50; i++) {
      Decision decision = decide(router, 0.3, null);
      assertThat(decision.reason()).isEqualTo(Reason.COMPLEXITY_BELOW_SIMPLE);
      assertThat(decision.propensity()).isEqualTo(1);
      assertThat(decision.propensityOf("strong")).isEqualTo(1);
    }
  }

  @Test
  void best_serves_whenNoneMeetsTheTarget() {
    Router router = router("", (tenant, model, gain) -> model.tier() == Tier.STANDARD ? 0.6 : 0.5);
    Decision decision = decide(router, 0.5, 0.9);

    assertThat(decision.first().id()).isEqualTo("middle");
    assertThat(decision.reason()).isEqualTo(Reason.BEST_BELOW_QUALITY_TARGET);
  }
}
