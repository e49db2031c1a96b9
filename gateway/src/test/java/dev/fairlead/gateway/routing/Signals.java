package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.canary.CanaryConfig;
import dev.fairlead.gateway.live.LiveStatistics;
import dev.fairlead.gateway.live.TryOutcome;
import dev.fairlead.gateway.slo.SloConfig;
import dev.fairlead.gateway.slo.SloController;
import dev.fairlead.gateway.slo.Traffic;
import dev.fairlead.gateway.state.MemoryStateStore;
import dev.fairlead.gateway.state.SharedState;
import dev.fairlead.gateway.steering.CanaryTraffic;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** What routing reads of the world, under the test's clock and seed. */
final class Signals {

  private long nanos = Duration.ofHours(1).toNanos();
  private final Random random;
  final LiveStatistics statistics;
  final SloController slo;
  final CanaryTraffic canary;

  /** Names of providers and ids of models. */
  Set<String> openBreakers = Set.of();

  Signals(String yaml, long seed) {
    ConfigSource config = ConfigSource.parse("test.yaml", yaml, Map.of());
    SloConfig objectives = config.section("slo", SloConfig.class);
    CanaryConfig stages = config.section("canary", CanaryConfig.class);
    random = new Random(seed);
    statistics = new LiveStatistics(() -> nanos, objectives.statisticsWindow());
    slo = new SloController(objectives, () -> nanos);
    canary =
        new CanaryTraffic(
            stages,
            slo.objective(stages.candidate()),
            new SharedState(new MemoryStateStore()),
            () -> Instant.EPOCH.plusNanos(nanos));
  }

  /** Nothing has ever happened. */
  static RoutingSignals quiet() {
    return new Signals("", 1).view();
  }

  RoutingSignals view() {
    return new RoutingSignals(statistics, slo, canary, this::refuses, random::nextDouble);
  }

  private boolean refuses(ModelSpec model) {
    return openBreakers.contains(model.provider()) || openBreakers.contains(model.id());
  }

  void pass(Duration time) {
    nanos += time.toNanos();
  }

  /** A whole answer. */
  void answered(String model, long millis, long tokens) {
    tried(model, new TryOutcome(TryOutcome.Kind.SUCCESS, millis * 1_000_000, -1, tokens));
  }

  /** A whole answer to a tenant. */
  void answered(String model, String tenant, long millis, long tokens) {
    TryOutcome outcome = new TryOutcome(TryOutcome.Kind.SUCCESS, millis * 1_000_000, -1, tokens);
    statistics.record(model, outcome);
    slo.record(model, new Traffic("auto", tenant, "text_short"), outcome);
  }

  /** A streamed answer. */
  void streamed(String model, long firstTokenMillis, long millis, long tokens) {
    tried(
        model,
        new TryOutcome(
            TryOutcome.Kind.SUCCESS, millis * 1_000_000, firstTokenMillis * 1_000_000, tokens));
  }

  void failed(String model) {
    tried(model, new TryOutcome(TryOutcome.Kind.FAILURE, 1_000_000, -1, 0));
  }

  private void tried(String model, TryOutcome outcome) {
    statistics.record(model, outcome);
    slo.record(model, new Traffic("auto", "tenant", "text_short"), outcome);
  }
}
