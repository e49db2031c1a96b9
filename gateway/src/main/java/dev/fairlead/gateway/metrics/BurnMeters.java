package dev.fairlead.gateway.metrics;

import dev.fairlead.gateway.slo.Burn;
import dev.fairlead.gateway.slo.SloController;
import dev.fairlead.gateway.slo.Traffic;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Burn rates as gauges: a pair a model that was tried, and another for each configured objective of
 * routes, tenants and classes that its requests were under. Thread-safe.
 */
public final class BurnMeters {

  private final MeterRegistry registry;
  private final SloController slo;
  private final Set<String> watched = ConcurrentHashMap.newKeySet();

  /** No model yet. */
  public BurnMeters(MeterRegistry registry, SloController slo) {
    this.registry = registry;
    this.slo = slo;
  }

  /** Shows a model, and the other objectives of such a request of it, from now on. */
  public void watch(String model, Traffic traffic) {
    if (!watched.contains(model) && watched.add(model)) {
      gauge(model, "short");
      gauge(model, "long");
    }
    for (String objective : slo.otherObjectives(traffic)) {
      if (watched.add(model + ' ' + objective)) {
        gauge(model, objective, "short");
        gauge(model, objective, "long");
      }
    }
  }

  private void gauge(String model, String objective, String window) {
    boolean shortOne = window.equals("short");
    Gauge.builder(
            "llm.router.slo.objective.burn.rate",
            slo,
            it -> {
              Burn burn = it.otherBurns(model).getOrDefault(objective, Burn.NONE);
              return shortOne ? burn.shortWindow() : burn.longWindow();
            })
        .description("How fast a model burns the error budget of a route, tenant or class")
        .tag("model", model)
        .tag("objective", objective)
        .tag("window", window)
        .register(registry);
  }

  private void gauge(String model, String window) {
    boolean shortOne = window.equals("short");
    Gauge.builder(
            "llm.router.slo.burn.rate",
            slo,
            it -> shortOne ? it.burn(model).shortWindow() : it.burn(model).longWindow())
        .description("How fast the error budget of the model's objective burns; 1 uses it up")
        .tag("model", model)
        .tag("window", window)
        .register(registry);
  }
}
