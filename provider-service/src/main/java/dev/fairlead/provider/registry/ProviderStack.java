package dev.fairlead.provider.registry;

import dev.fairlead.provider.ProviderSettings;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.resilience.CircuitBreakingProvider;
import dev.fairlead.provider.resilience.ConcurrencyLimitingProvider;
import dev.fairlead.provider.resilience.ObservedProvider;
import dev.fairlead.provider.resilience.RetryBudget;
import dev.fairlead.provider.resilience.TimeLimitingProvider;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.provider.translation.TranslatingProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.time.Clock;

/**
 * A provider with everything around its adapter. The order, outermost first: breaker, concurrency
 * limit, timeouts, metrics and trace, translation, adapter. RATIONALE.md argues it.
 */
public final class ProviderStack {

  private final ConfiguredProvider configured;
  private final CircuitBreakingProvider breaker;
  private final ConcurrencyLimitingProvider limiter;
  private final RetryBudget budget;
  private final ModelProvider adapter;

  ProviderStack(
      ConfiguredProvider configured,
      ModelProvider adapter,
      ProviderSettings settings,
      MeterRegistry meters,
      Tracer tracer,
      TimeSource time,
      Clock clock) {
    this.configured = configured;
    this.adapter = adapter;
    String name = configured.name();
    ModelProvider observed =
        new ObservedProvider(
            TranslatingProvider.around(adapter),
            name,
            configured.kind().label(),
            meters,
            tracer,
            time);
    ModelProvider timed = new TimeLimitingProvider(observed, settings.timeouts(), time);
    this.limiter = new ConcurrencyLimitingProvider(timed, name, settings.limits().concurrency());
    this.breaker = new CircuitBreakingProvider(limiter, name, settings.breaker(), time, clock);
    this.budget =
        new RetryBudget(
            settings.retry().budgetRatio(),
            settings.retry().budgetFloorPerSecond(),
            time::nanoTime);
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

  /** Calls under way. */
  public int inFlight() {
    return limiter.inFlight();
  }

  /** Frees what the adapter holds once its calls have finished; most hold nothing. */
  void close() {
    if (adapter instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException("provider " + name() + " cannot be closed", e);
      }
    }
  }

  /** Retries left. */
  public RetryBudget budget() {
    return budget;
  }
}
