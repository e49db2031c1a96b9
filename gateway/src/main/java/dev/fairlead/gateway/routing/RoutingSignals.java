package dev.fairlead.gateway.routing;

import dev.fairlead.gateway.live.LiveStatistics;
import dev.fairlead.gateway.slo.SloController;
import dev.fairlead.gateway.steering.CanaryTraffic;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * What routing reads of the world as it is now. Everything in it is thread-safe and answers without
 * waiting.
 *
 * @param statistics what models have done lately
 * @param slo how fast error budgets burn
 * @param canary who meets the canary's candidate
 * @param openBreakers names of providers that refuse calls for now
 * @param random numbers from 0 up to 1
 * @param quality what is expected of models' answers
 */
public record RoutingSignals(
    LiveStatistics statistics,
    SloController slo,
    CanaryTraffic canary,
    Supplier<Set<String>> openBreakers,
    DoubleSupplier random,
    ExpectedQuality quality) {

  /** With what the calibrated gain alone says of quality. */
  public RoutingSignals(
      LiveStatistics statistics,
      SloController slo,
      CanaryTraffic canary,
      Supplier<Set<String>> openBreakers,
      DoubleSupplier random) {
    this(statistics, slo, canary, openBreakers, random, ExpectedQuality.PRIOR);
  }
}
