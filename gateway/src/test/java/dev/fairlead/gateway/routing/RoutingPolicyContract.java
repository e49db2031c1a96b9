package dev.fairlead.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.steering.StageChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every policy owes the router, whatever the request, the models and the world. */
abstract class RoutingPolicyContract {

  private static final int TRIALS = 400;
  private static final String CANDIDATE = "m1";
  private static final String YAML =
      """
      routing: { weights: { m0: 3, m2: 1 }, exploration_samples: 5, exploration: 0.2 }
      canary: { baseline: m0, candidate: m1, stages: [50], window: 50 }
      slo: { latency_p95_ms: 500, availability: 0.99 }
      """;
  static final RoutingConfig CONFIG =
      ConfigSource.parse("test.yaml", YAML, Map.of()).section("routing", RoutingConfig.class);

  /** The policy under test, over that world. */
  abstract RoutingPolicy policy(RoutingSignals world);

  /** Models that have answered, failed and been slow, and a canary under way. */
  private static Signals world(long seed) {
    Signals signals = new Signals(YAML, seed);
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      String model = "m" + random.nextInt(6);
      switch (random.nextInt(4)) {
        case 0 -> signals.failed(model);
        case 1 -> signals.streamed(model, 50, 400 + random.nextInt(2000), 100);
        default -> signals.answered(model, 100 + random.nextInt(900), 100);
      }
      signals.pass(Duration.ofMillis(500));
    }
    StageChange ignored = signals.canary.advance(true);
    return signals;
  }

  private static ModelSpec model(int number, Random random) {
    long input = 1 + random.nextInt(5) * 500_000_000L;
    Price price = random.nextInt(5) == 0 ? null : Price.of(input, input * 4);
    Tier tier = Tier.values()[random.nextInt(Tier.values().length)];
    return new ModelSpec("m" + number, "p", "m" + number, tier, price, 0, 0, Set.of());
  }

  private static RouteQuery query(Random random) {
    OptionalDouble complexity =
        random.nextInt(4) == 0 ? OptionalDouble.empty() : OptionalDouble.of(random.nextDouble());
    RouteCaller caller =
        random.nextBoolean()
            ? RouteCaller.ANYONE
            : new RouteCaller("auto", "tenant", "user-" + random.nextInt(9), null, null);
    return new RouteQuery(
        random.nextInt(5000),
        random.nextInt(300),
        random.nextInt(2) * random.nextInt(800),
        1 + random.nextInt(2),
        Set.of(),
        complexity,
        null,
        caller,
        random.nextBoolean()
            ? QualityWish.NONE
            : new QualityWish(OptionalDouble.of(random.nextDouble()), random.nextDouble()));
  }

  /** What the router lets this policy choose from; at least one. */
  private static List<Candidate> feasible(Constraints constraints, PolicyName name, Random random) {
    List<Candidate> feasible = new ArrayList<>();
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count || feasible.isEmpty(); i++) {
      ModelSpec model = model(i, random);
      if (constraints.outside(model, name) == null) {
        long cost = model.costNanoUsd(TokenUsage.of(100, 300));
        feasible.add(new Candidate(model, cost, null));
      }
    }
    return List.copyOf(feasible);
  }

  /** Orders of a policy in a number of situations; the same for the same seed. */
  private List<RoutingPolicy.Ranking> checked(long seed, int trials) {
    RoutingSignals world = world(seed).view();
    RoutingPolicy policy = policy(world);
    Constraints constraints = new Constraints(CONFIG, world);
    Random random = new Random(seed);
    List<RoutingPolicy.Ranking> rankings = new ArrayList<>();
    for (int i = 0; i < trials; i++) {
      RouteQuery query = query(random);
      List<Candidate> feasible = feasible(constraints, policy.name(), random);
      RoutingPolicy.Ranking ranking = policy.rank(query, feasible);
      check(policy.name(), feasible, ranking);
      rankings.add(ranking);
    }
    return rankings;
  }

  /** A canary's candidate is nobody's fallback; every other model is. */
  private static void check(
      PolicyName name, List<Candidate> feasible, RoutingPolicy.Ranking ranking) {
    assertThat(ranking.order()).isNotEmpty().doesNotHaveDuplicates().isSubsetOf(feasible);
    List<Candidate> left = new ArrayList<>(feasible);
    left.removeAll(ranking.order());
    assertThat(left)
        .allSatisfy(candidate -> {
          assertThat(name).isEqualTo(PolicyName.CANARY);
          assertThat(candidate.model().id()).isEqualTo(CANDIDATE);
        });
    assertThat(ranking.reason().label()).matches("[a-z_]+");
  }

  @Test
  void order_hasEveryCandidateOnce_whateverIsAsked() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(checked(seed, TRIALS)).hasSize(TRIALS);
    }
  }

  @Test
  void order_isTheSame_whenWorldAndChanceAreTheSame() {
    assertThat(checked(7, 50)).isEqualTo(checked(7, 50));
  }

  @Test
  void onlyCandidate_serves() {
    RoutingSignals world = world(3).view();
    Candidate only = new Candidate(model(0, new Random(3)), 10, null);
    for (int i = 0; i < 50; i++) {
      assertThat(policy(world).rank(query(new Random(i)), List.of(only)).order())
          .containsExactly(only);
    }
  }

  @Test
  void policy_servesManyThreads() throws Exception {
    RoutingSignals world = world(11).view();
    RoutingPolicy policy = policy(world);
    Constraints constraints = new Constraints(CONFIG, world);
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int k = 0; k < 4; k++) {
        Random random = new Random(k);
        done.add(
            threads.submit(() -> {
              for (int i = 0; i < TRIALS; i++) {
                List<Candidate> feasible = feasible(constraints, policy.name(), random);
                check(policy.name(), feasible, policy.rank(query(random), feasible));
              }
            }));
      }
    }
    for (Future<?> one : done) {
      one.get();
    }
  }

  @Test
  void router_takesIt_byTheNameThatClientsWrite() {
    RoutingSignals world = world(2).view();
    PolicyName name = policy(world).name();
    Catalog catalog = Catalog.of(1, List.of(model(0, new Random(1)), model(2, new Random(2))));
    ModelSelector selector =
        ModelSelector.of("auto:" + name.label(), null, PolicyName.CHEAPEST.label(), catalog);
    Decision decision = new Router(CONFIG, world).route(query(new Random(1)), selector, catalog);
    assertThat(decision.policy()).isEqualTo(name.label());
    assertThat(decision.order()).hasSize(2);
  }
}
