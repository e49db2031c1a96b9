package dev.fairlead.benchmarks;

import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.gateway.live.TryOutcome;
import dev.fairlead.gateway.routing.ModelSelector;
import dev.fairlead.gateway.routing.PolicyName;
import dev.fairlead.gateway.routing.RouteQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;

/**
 * What each policy costs and misses while models slow down and fail: four models over six hours of
 * simulated time, five requests a second, against an oracle that knows every model's present state
 * and takes the cheapest one that keeps the objective. The decisions are the real router's; a
 * failed try goes on to the next model of the order. Prints one line a policy.
 */
public final class PolicySimulation {

  private static final Duration STEP = Duration.ofMillis(200);
  private static final int HOURS = 6;
  private static final double SLOW_MILLIS = 2000;
  private static final String YAML =
      """
      slo: { latency_p95_ms: 2000, availability: 0.99 }
      routing: { weights: { nano: 1, mini: 1, flash: 1, large: 1 } }
      """;

  /**
   * A model's true behaviour.
   *
   * @param medianMillis median time of an answer; log-normal with sigma 0.35
   * @param troubles when it is not itself
   */
  private record Truth(ModelSpec spec, double medianMillis, List<Trouble> troubles) {

    Trouble at(double hours) {
      return troubles.stream()
          .filter(trouble -> hours >= trouble.fromHours() && hours < trouble.toHours())
          .findFirst()
          .orElse(Trouble.NONE);
    }

    /** Share of tries that miss the objective now. */
    double missing(double hours) {
      Trouble now = at(hours);
      double z = Math.log(SLOW_MILLIS / (medianMillis * now.slowdown())) / 0.35;
      double slow = 0.5 * (1 - erf(z / Math.sqrt(2)));
      return now.errorRate() + (1 - now.errorRate()) * slow;
    }

    private static double erf(double x) {
      double t = 1 / (1 + 0.3275911 * Math.abs(x));
      double poly =
          t
              * (0.254829592
                  + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
      double value = 1 - poly * Math.exp(-x * x);
      return x >= 0 ? value : -value;
    }
  }

  private record Trouble(double fromHours, double toHours, double errorRate, double slowdown) {
    private static final Trouble NONE = new Trouble(0, 0, 0.002, 1);
  }

  private static final List<Truth> MODELS =
      List.of(
          truth(
              "nano",
              Tier.CHEAP,
              50_000_000L,
              700,
              new Trouble(1, 1.75, 0.15, 1),
              new Trouble(3, 3.5, 0.002, 5)),
          truth("mini", Tier.CHEAP, 150_000_000L, 600, new Trouble(3.2, 3.6, 0.4, 1)),
          truth("flash", Tier.STANDARD, 300_000_000L, 250, new Trouble(4.5, 5, 0.002, 6)),
          truth("large", Tier.QUALITY, 2_500_000_000L, 1000));

  private PolicySimulation() {}

  private static Truth truth(
      String id, Tier tier, long input, double medianMillis, Trouble... troubles) {
    ModelSpec spec = new ModelSpec(id, id, id, tier, Price.of(input, input * 4), 0, 0, Set.of());
    return new Truth(spec, medianMillis, List.of(troubles));
  }

  /** Totals of one run. */
  private static final class Totals {
    private long requests;
    private long missed;
    private long failedTries;
    private double nanoUsd;
    private final List<Double> millis = new ArrayList<>();

    private void print(String name, Totals oracle) {
      millis.sort(Comparator.naturalOrder());
      System.out.printf(
          "| `%s` | %.1f | %+.0f %% | %.2f %% | %+.2f | %.2f %% | %.0f |%n",
          name,
          nanoUsd / requests / 1e3,
          100 * (nanoUsd / oracle.nanoUsd - 1),
          100.0 * missed / requests,
          100.0 * missed / requests - 100.0 * oracle.missed / oracle.requests,
          100.0 * failedTries / requests,
          millis.get((int) (millis.size() * 0.95)));
    }
  }

  /** Chooses an order of models at a moment. */
  private interface Chooser {
    List<ModelSpec> order(double hours);
  }

  private static Totals run(Chooser chooser, SimulatedWorld world, long seed) {
    Random random = new Random(seed);
    Totals totals = new Totals();
    long steps = Duration.ofHours(HOURS).dividedBy(STEP);
    for (long step = 0; step < steps; step++) {
      double hours = (double) step * STEP.toMillis() / 3_600_000;
      double waited = 0;
      boolean answered = false;
      for (ModelSpec spec : chooser.order(hours)) {
        Truth truth = MODELS.stream().filter(m -> m.spec().equals(spec)).findFirst().orElseThrow();
        Trouble now = truth.at(hours);
        boolean failed = random.nextDouble() < now.errorRate();
        double millis =
            failed
                ? 100
                : truth.medianMillis() * now.slowdown() * Math.exp(0.35 * random.nextGaussian());
        waited += millis;
        world.tried(
            spec.id(),
            new TryOutcome(
                failed ? TryOutcome.Kind.FAILURE : TryOutcome.Kind.SUCCESS,
                (long) (millis * 1e6),
                -1,
                failed ? 0 : 200));
        if (!failed) {
          totals.nanoUsd += spec.costNanoUsd(TokenUsage.of(500, 200));
          answered = true;
          break;
        }
        totals.failedTries++;
      }
      totals.requests++;
      totals.missed += answered && waited <= SLOW_MILLIS ? 0 : 1;
      totals.millis.add(waited);
      world.pass(STEP);
    }
    return totals;
  }

  /** Runs every policy on the same six hours. */
  public static void main(String[] args) {
    long seed = args.length > 0 ? Long.parseLong(args[0]) : 1;
    Catalog catalog = Catalog.of(1, MODELS.stream().map(Truth::spec).toList());
    RouteQuery query = new RouteQuery(500, 100, 200, 1, Set.of(), OptionalDouble.of(0.1), null);
    Totals oracle = run(PolicySimulation::oracle, new SimulatedWorld(YAML, seed), seed);
    System.out.println(
        "| policy | micro-USD a request | regret | late or failed | regret, points | failed tries |"
            + " p95 ms |");
    System.out.println("|---|---|---|---|---|---|---|");
    oracle.print("oracle", oracle);
    for (PolicyName policy : PolicyName.values()) {
      SimulatedWorld world = new SimulatedWorld(YAML, seed);
      ModelSelector selector = new ModelSelector.Auto("auto", policy);
      Totals totals =
          run(hours -> world.router.route(query, selector, catalog).order(), world, seed);
      totals.print(policy.label(), oracle);
    }
  }

  /** The cheapest of those that keep the objective now; the best of all when none does. */
  private static List<ModelSpec> oracle(double hours) {
    return MODELS.stream()
        .sorted(
            Comparator.comparing((Truth truth) -> truth.missing(hours) > 0.06)
                .thenComparingLong(truth -> truth.spec().costNanoUsd(TokenUsage.of(500, 200))))
        .map(Truth::spec)
        .toList();
  }
}
