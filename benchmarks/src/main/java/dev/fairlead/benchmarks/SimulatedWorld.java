package dev.fairlead.benchmarks;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.canary.CanaryConfig;
import dev.fairlead.gateway.live.LiveStatistics;
import dev.fairlead.gateway.live.TryOutcome;
import dev.fairlead.gateway.routing.RouteCaller;
import dev.fairlead.gateway.routing.Router;
import dev.fairlead.gateway.routing.RoutingConfig;
import dev.fairlead.gateway.routing.RoutingSignals;
import dev.fairlead.gateway.slo.SloConfig;
import dev.fairlead.gateway.slo.SloController;
import dev.fairlead.gateway.state.MemoryStateStore;
import dev.fairlead.gateway.state.SharedState;
import dev.fairlead.gateway.steering.CanaryTraffic;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

/** The real router and what it reads, under a clock and a seed of our own. Not thread-safe. */
final class SimulatedWorld {

  private final Random random;
  private final LiveStatistics statistics;
  private final SloController slo;
  final Router router;
  private long nanos = Duration.ofHours(1).toNanos();

  SimulatedWorld(String yaml, long seed) {
    ConfigSource config = ConfigSource.parse("benchmark", yaml, Map.of());
    SloConfig objectives = config.section("slo", SloConfig.class);
    CanaryConfig stages = config.section("canary", CanaryConfig.class);
    random = new Random(seed);
    statistics = new LiveStatistics(() -> nanos, objectives.statisticsWindow());
    slo = new SloController(objectives, () -> nanos);
    CanaryTraffic canary =
        new CanaryTraffic(
            stages,
            slo.objective(stages.candidate()),
            new SharedState(new MemoryStateStore()),
            () -> Instant.EPOCH.plusNanos(nanos));
    router =
        new Router(
            config.section("routing", RoutingConfig.class),
            new RoutingSignals(statistics, slo, canary, model -> false, random::nextDouble));
  }

  void pass(Duration time) {
    nanos += time.toNanos();
  }

  void tried(String model, TryOutcome outcome) {
    statistics.record(model, outcome);
    slo.record(model, RouteCaller.ANYONE.traffic(), outcome);
  }
}
