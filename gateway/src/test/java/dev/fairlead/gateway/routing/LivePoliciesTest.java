package dev.fairlead.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.canary.CanaryState;
import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.gateway.live.TryOutcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Policies and constraints that look at what models have done. */
class LivePoliciesTest {

  private static final String YAML =
      """
      routing: { weights: { strong: 3, weak: 1 }, exploration_samples: 5 }
      canary: { baseline: strong, candidate: fresh, stages: [10, 50], window: 50 }
      """;
  private static final Catalog CATALOG =
      Catalog.of(
          1,
          List.of(
              model("strong", "a", Tier.QUALITY, 2_500_000_000L),
              model("weak", "b", Tier.CHEAP, 100_000_000L),
              model("fresh", "c", Tier.QUALITY, 1_000_000_000L)));

  private final Signals signals = new Signals(YAML, 5);
  private final Router router =
      new Router(
          ConfigSource.parse("test.yaml", YAML, Map.of()).section("routing", RoutingConfig.class),
          signals.view());

  private static ModelSpec model(String id, String provider, Tier tier, long input) {
    return new ModelSpec(id, provider, id, tier, Price.of(input, input * 4), 0, 0, Set.of());
  }

  private static RouteQuery query(@Nullable String sticky, @Nullable Duration latencySlo) {
    return new RouteQuery(
        100,
        100,
        0,
        1,
        Set.of(),
        OptionalDouble.empty(),
        null,
        new RouteCaller("auto", "tenant", sticky, latencySlo, null),
        QualityWish.NONE);
  }

  private Decision decide(PolicyName policy) {
    return decide(policy, query(null, null));
  }

  private Decision decide(PolicyName policy, RouteQuery query) {
    return router.route(query, new ModelSelector.Auto("auto", policy), CATALOG);
  }

  private Map<String, Integer> firsts(PolicyName policy, int requests) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < requests; i++) {
      counts.merge(decide(policy).first().id(), 1, Integer::sum);
    }
    return counts;
  }

  private static double share(Map<String, Integer> firsts, String model) {
    return firsts.getOrDefault(model, 0) / 4000.0;
  }

  @Test
  void fastest_takesTheShorterNinetyFifthPercentile() {
    for (int i = 0; i < 20; i++) {
      signals.answered("strong", 300, 256);
      signals.answered("weak", i < 15 ? 50 : 2000, 256);
    }
    Decision decision = decide(PolicyName.FASTEST_P95);
    assertThat(decision.first().id()).isEqualTo("strong");
    assertThat(decision.reason()).isEqualTo(Reason.FASTEST);
  }

  @Test
  void fastest_isNotWhatFailsFast() {
    for (int i = 0; i < 20; i++) {
      signals.answered("strong", 300, 256);
      signals.answered("weak", 100, 256);
      signals.failed("weak");
      signals.failed("weak");
      signals.failed("weak");
      signals.failed("weak");
    }
    assertThat(decide(PolicyName.FASTEST_P95).first().id()).isEqualTo("strong");
  }

  @Test
  void fastest_takesTurns_whileNothingIsKnown() {
    signals.answered("weak", 10, 256);
    Decision decision = decide(PolicyName.FASTEST_P95);
    assertThat(decision.reason()).isEqualTo(Reason.EXPLORATION);
    assertThat(decision.first().id()).isEqualTo("strong");
  }

  @Test
  void fastest_exploresAnUnknownModel_withABoundedShare() {
    for (int i = 0; i < 20; i++) {
      signals.answered("strong", 300, 256);
    }
    Map<String, Integer> firsts = firsts(PolicyName.FASTEST_P95, 4000);
    assertThat(share(firsts, "weak")).isCloseTo(0.05, within(0.015));
  }

  @Test
  void sloBurnAware_takesTheCheapest_untilItBurns_andComesBack() {
    assertThat(decide(PolicyName.SLO_BURN_AWARE).first().id()).isEqualTo("weak");
    assertThat(decide(PolicyName.SLO_BURN_AWARE).reason()).isEqualTo(Reason.LOWEST_COST_WITHIN_SLO);
    for (int i = 0; i < 100; i++) {
      signals.failed("weak");
    }
    for (int i = 0; i < 10; i++) {
      signals.pass(Duration.ofSeconds(5));
      decide(PolicyName.SLO_BURN_AWARE);
    }
    Map<String, Integer> burning = firsts(PolicyName.SLO_BURN_AWARE, 2000);
    assertThat(burning.getOrDefault("weak", 0) / 2000.0).isCloseTo(0.02, within(0.015));
    signals.pass(Duration.ofHours(2));
    for (int i = 0; i < 20; i++) {
      signals.pass(Duration.ofSeconds(5));
      decide(PolicyName.SLO_BURN_AWARE);
    }
    assertThat(firsts(PolicyName.SLO_BURN_AWARE, 100)).containsOnlyKeys("weak");
  }

  @Test
  void sloBurnAware_saysWhatItPassedOver() {
    for (int i = 0; i < 100; i++) {
      signals.failed("weak");
    }
    Decision passed = decide(PolicyName.SLO_BURN_AWARE);
    for (int i = 0; i < 50 && passed.first().id().equals("weak"); i++) {
      signals.pass(Duration.ofSeconds(5));
      passed = decide(PolicyName.SLO_BURN_AWARE);
    }
    assertThat(passed.reason()).isEqualTo(Reason.CHEAPER_ONE_BURNS);
    assertThat(passed.order()).extracting(ModelSpec::id).containsExactly("strong", "weak");
  }

  @Test
  void sloBurnAware_passesOver_forTheTenantWhoseObjectiveBurnsAlone() {
    Signals own =
        new Signals(YAML + "slo: { tenants: { impatient: { latency_p95_ms: 100 } } }\n", 5);
    for (int i = 0; i < 100; i++) {
      own.answered("weak", "impatient", 500, 256);
      own.answered("weak", "tenant", 500, 256);
    }
    Router sloRouter =
        new Router(
            ConfigSource.parse("test.yaml", YAML, Map.of()).section("routing", RoutingConfig.class),
            own.view());
    Map<String, Integer> firsts = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      for (String tenant : List.of("impatient", "tenant")) {
        RouteQuery query =
            new RouteQuery(
                100,
                100,
                0,
                1,
                Set.of(),
                OptionalDouble.empty(),
                null,
                new RouteCaller("auto", tenant, null, null, null),
                QualityWish.NONE);
        ModelSelector auto = new ModelSelector.Auto("auto", PolicyName.SLO_BURN_AWARE);
        String first = sloRouter.route(query, auto, CATALOG).first().id();
        firsts.merge(tenant + " " + first, 1, Integer::sum);
      }
      own.pass(Duration.ofMillis(500));
    }
    assertThat(firsts).containsEntry("tenant weak", 200);
    assertThat(firsts.get("impatient strong")).isGreaterThan(120);
  }

  @Test
  void weighted_followsTheWeights_andKeepsFallbacks() {
    Map<String, Integer> firsts = firsts(PolicyName.WEIGHTED, 4000);
    assertThat(share(firsts, "strong")).isCloseTo(0.75, within(0.03));
    assertThat(decide(PolicyName.WEIGHTED).order()).hasSize(2);
  }

  @Test
  void candidate_servesNothingElse() {
    assertThat(decide(PolicyName.CHEAPEST).order())
        .extracting(ModelSpec::id)
        .doesNotContain("fresh");
    assertThat(decide(PolicyName.CHEAPEST).candidates())
        .anySatisfy(candidate -> assertThat(candidate.dropped()).isEqualTo(Drop.CANARY_CANDIDATE));
  }

  @Test
  void canary_givesTheCandidateItsStagesShare() {
    assertThat(firsts(PolicyName.CANARY, 200)).containsOnlyKeys("strong");
    signals.canary.advance(false);
    Map<String, Integer> first = firsts(PolicyName.CANARY, 4000);
    assertThat(share(first, "fresh")).isCloseTo(0.10, within(0.02));
    CanaryState state = signals.canary.advance(true).after();
    assertThat(state.stage()).isEqualTo(2);
    assertThat(share(firsts(PolicyName.CANARY, 4000), "fresh")).isCloseTo(0.5, within(0.03));
  }

  @Test
  void canary_sticksToTheUser_andKeepsHimAtLaterStages() {
    signals.canary.advance(false);
    int met = 0;
    for (int user = 0; user < 2000; user++) {
      RouteQuery query = query("user-" + user, null);
      String first = decide(PolicyName.CANARY, query).first().id();
      assertThat(decide(PolicyName.CANARY, query).first().id()).isEqualTo(first);
      met += first.equals("fresh") ? 1 : 0;
    }
    assertThat(met / 2000.0).isCloseTo(0.10, within(0.025));
    List<String> early =
        java.util.stream.IntStream.range(0, 2000)
            .mapToObj(user -> "user-" + user)
            .filter(user -> signals.canary.meetsCandidate(user, () -> 0.99))
            .toList();
    signals.canary.advance(true);
    assertThat(early).allMatch(user -> signals.canary.meetsCandidate(user, () -> 0.99));
  }

  @Test
  void canary_fallsBackToTheBaseline_andNeverTheOtherWayRound() {
    signals.canary.advance(true);
    for (int i = 0; i < 200; i++) {
      Decision decision = decide(PolicyName.CANARY);
      List<String> order = decision.order().stream().map(ModelSpec::id).toList();
      if (order.getFirst().equals("fresh")) {
        assertThat(order).containsExactly("fresh", "strong", "weak");
        assertThat(decision.reason()).isEqualTo(Reason.CANARY_CANDIDATE);
      } else {
        assertThat(order).containsExactly("strong", "weak");
        assertThat(decision.reason()).isEqualTo(Reason.CANARY_BASELINE);
      }
    }
  }

  @Test
  void failures_rollTheCanaryBack() {
    signals.canary.advance(true);
    TryOutcome failure = new TryOutcome(TryOutcome.Kind.FAILURE, 5, -1, 0);
    for (int i = 0; i < 10; i++) {
      signals.canary.observe(failure);
    }
    signals.canary.flush();
    assertThat(signals.canary.state().stage()).isZero();
    assertThat(firsts(PolicyName.CANARY, 200)).containsOnlyKeys("strong");
  }

  @Test
  void openBreaker_dropsAModel_unlessItIsTheLast() {
    signals.openBreakers = Set.of("b");
    Decision decision = decide(PolicyName.CHEAPEST);
    assertThat(decision.order()).extracting(ModelSpec::id).containsExactly("strong");
    assertThat(decision.candidates())
        .anySatisfy(candidate -> assertThat(candidate.dropped()).isEqualTo(Drop.BREAKER_OPEN));
    signals.openBreakers = Set.of("a", "b");
    assertThat(decide(PolicyName.CHEAPEST).order()).hasSize(2);
  }

  @Test
  void openModel_isDropped_thoughItsProviderIsNot_unlessItIsTheLast() {
    signals.openBreakers = Set.of("weak");
    Decision decision = decide(PolicyName.CHEAPEST);
    assertThat(decision.order()).extracting(ModelSpec::id).containsExactly("strong");
    assertThat(decision.candidates())
        .filteredOn(candidate -> candidate.dropped() == Drop.BREAKER_OPEN)
        .extracting(candidate -> candidate.model().id())
        .containsExactly("weak");
    signals.openBreakers = Set.of("weak", "a");
    decision = decide(PolicyName.CHEAPEST);
    assertThat(decision.order()).extracting(ModelSpec::id).containsExactly("weak", "strong");
    assertThat(decision.candidates())
        .noneMatch(candidate -> candidate.dropped() == Drop.BREAKER_OPEN);
  }

  @Test
  void latencyWish_dropsModelsKnownToBeSlower_unlessAllAre() {
    for (int i = 0; i < 20; i++) {
      signals.answered("weak", 3000, 256);
      signals.answered("strong", 400, 256);
    }
    RouteQuery inASecond = query(null, Duration.ofSeconds(1));
    assertThat(decide(PolicyName.CHEAPEST, inASecond).order())
        .extracting(ModelSpec::id)
        .containsExactly("strong");
    RouteQuery atOnce = query(null, Duration.ofMillis(1));
    assertThat(decide(PolicyName.CHEAPEST, atOnce).order()).hasSize(2);
  }

  /** A stream of 256 tokens in three seconds has one about every 10 ms. */
  @Test
  void wishAboutTokens_dropsModelsKnownToBeSlower_unlessAllAre() {
    for (int i = 0; i < 20; i++) {
      signals.streamed("weak", 100, 3000, 256);
      signals.streamed("strong", 100, 400, 256);
    }
    assertThat(decide(PolicyName.CHEAPEST, everyToken(Duration.ofMillis(5))).order())
        .extracting(ModelSpec::id)
        .containsExactly("strong");
    assertThat(decide(PolicyName.CHEAPEST, everyToken(Duration.ofMillis(20))).order()).hasSize(2);
    assertThat(decide(PolicyName.CHEAPEST, everyToken(Duration.ofNanos(1))).order()).hasSize(2);
  }

  private static RouteQuery everyToken(Duration longest) {
    return new RouteQuery(
        100,
        100,
        0,
        1,
        Set.of(),
        OptionalDouble.empty(),
        null,
        new RouteCaller("auto", "tenant", "", null, null, null, longest, Grants.ALL),
        QualityWish.NONE);
  }
}
