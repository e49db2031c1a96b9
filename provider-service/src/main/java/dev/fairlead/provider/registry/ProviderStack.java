package dev.fairlead.provider.registry;

import dev.fairlead.provider.ProviderSettings;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.resilience.CircuitBreakingProvider;
import dev.fairlead.provider.resilience.ConcurrencyLimitingProvider;
import dev.fairlead.provider.resilience.KeyRotatingProvider;
import dev.fairlead.provider.resilience.ObservedProvider;
import dev.fairlead.provider.resilience.RetryBudget;
import dev.fairlead.provider.resilience.TimeLimitingProvider;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.provider.translation.TranslatingProvider;
import dev.fairlead.telemetry.GenAiConventions;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A provider with everything around its adapter. One that is made because only settings have
 * changed goes on with the adapter, and with the circuits and the budget where theirs have not. The
 * order, outermost first: breaker, concurrency limit, keys, timeouts, metrics and trace,
 * translation, adapter. RATIONALE.md argues it.
 */
public final class ProviderStack {

  private final ConfiguredProvider configured;
  private final CircuitBreakingProvider breaker;
  private final ConcurrencyLimitingProvider limiter;
  private final RetryBudget budget;
  private final ProviderSettings settings;
  private final SharedAdapter adapter;

  ProviderStack(
      ConfiguredProvider configured,
      SharedAdapter adapter,
      ProviderSettings settings,
      @Nullable ProviderStack old,
      MeterRegistry meters,
      GenAiConventions names,
      Tracer tracer,
      TimeSource time,
      Clock clock) {
    this.configured = configured;
    this.adapter = adapter;
    String name = configured.name();
    List<ModelProvider> keys =
        adapter.keys().stream()
            .map(key -> {
              ModelProvider observed =
                  new ObservedProvider(
                      TranslatingProvider.around(key),
                      name,
                      configured.vendor(),
                      meters,
                      names,
                      tracer,
                      time);
              return (ModelProvider) new TimeLimitingProvider(observed, settings.timeouts(), time);
            })
            .toList();
    ModelProvider rotating =
        keys.size() > 1
            ? new KeyRotatingProvider(keys, name, settings.keys(), meters, time)
            : keys.getFirst();
    this.limiter =
        new ConcurrencyLimitingProvider(
            rotating, name, settings.limits().concurrency(), settings.admission(), time);
    this.breaker =
        old != null && old.settings.breaker().equals(settings.breaker())
            ? old.breaker.around(limiter)
            : new CircuitBreakingProvider(limiter, name, settings.breaker(), time, clock);
    this.budget =
        old != null && old.settings.retry().equals(settings.retry())
            ? old.budget
            : new RetryBudget(
                settings.retry().budgetRatio(),
                settings.retry().budgetFloorPerSecond(),
                time::nanoTime);
    this.settings = settings;
  }

  ConfiguredProvider configured() {
    return configured;
  }

  /** Configured name. */
  public String name() {
    return configured.name();
  }

  /** Kind, as configuration says it. */
  public String kind() {
    return configured.kind().label();
  }

  /** What calls go to. */
  public ModelProvider provider() {
    return breaker;
  }

  /** Its breaker. */
  public CircuitBreakingProvider breaker() {
    return breaker;
  }

  /** Its concurrency limit. */
  public ConcurrencyLimitingProvider limiter() {
    return limiter;
  }

  /** Calls under way. */
  public int inFlight() {
    return limiter.inFlight();
  }

  ProviderSettings settings() {
    return settings;
  }

  /** Whether the adapter was made with these limits. */
  boolean limitedBy(ProviderSettings other) {
    return settings.limits().equals(other.limits());
  }

  SharedAdapter adapter() {
    return adapter;
  }

  /** Retries left. */
  public RetryBudget budget() {
    return budget;
  }
}
