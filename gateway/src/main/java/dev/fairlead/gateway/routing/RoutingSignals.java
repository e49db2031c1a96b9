package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.gateway.live.LiveStatistics;
import dev.fairlead.gateway.slo.SloController;
import dev.fairlead.gateway.steering.CanaryTraffic;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;

/**
 * What routing reads of the world as it is now. Everything in it is thread-safe and answers without
 * waiting.
 *
 * @param statistics what models have done lately
 * @param slo how fast error budgets burn
 * @param canary who meets the canary's candidate
 * @param openBreaker whether a model refuses calls for now, by its own breaker or its provider's
 * @param random numbers from 0 up to 1
 * @param quality what is expected of models' answers
 */
public record RoutingSignals(
    LiveStatistics statistics,
    SloController slo,
    CanaryTraffic canary,
    Predicate<ModelSpec> openBreaker,
    DoubleSupplier random,
    ExpectedQuality quality) {

  /** With what the calibrated gain alone says of quality. */
  public RoutingSignals(
      LiveStatistics statistics,
      SloController slo,
      CanaryTraffic canary,
      Predicate<ModelSpec> openBreaker,
      DoubleSupplier random) {
    this(statistics, slo, canary, openBreaker, random, ExpectedQuality.PRIOR);
  }
}
