package dev.fairlead.gateway.metrics;

import dev.fairlead.gateway.slo.SloController;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Burn rates as gauges, one pair a model that was tried. Thread-safe. */
public final class BurnMeters {

  private final MeterRegistry registry;
  private final SloController slo;
  private final Set<String> watched = ConcurrentHashMap.newKeySet();

  /** No model yet. */
  public BurnMeters(MeterRegistry registry, SloController slo) {
    this.registry = registry;
    this.slo = slo;
  }

  /** Shows a model from now on. */
  public void watch(String model) {
    if (!watched.contains(model) && watched.add(model)) {
      gauge(model, "short");
      gauge(model, "long");
    }
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
