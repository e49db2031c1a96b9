package dev.fairlead.provider.registry;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelsConfig;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.provider.ProviderSettings;
import dev.fairlead.provider.resilience.TimeSource;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the snapshot in force, and makes the next one. A stack whose configuration is unchanged
 * lives on in it.
 */
public final class ProviderRegistry {

  private static final Logger logger = LoggerFactory.getLogger(ProviderRegistry.class);

  private final ClientFactory connections;
  private final MeterRegistry meters;
  private final Tracer tracer;
  private final TimeSource time;
  private final Clock clock;
  private final Set<String> gauged = new HashSet<>();
  private final PriceListSource prices = new PriceListSource();
  private ConfigSource source;
  private volatile Snapshot current;

  /** Reads the configuration; what is wrong with it is a {@link ConfigException}. */
  public ProviderRegistry(
      ConfigSource source,
      ClientFactory connections,
      MeterRegistry meters,
      Tracer tracer,
      TimeSource time,
      Clock clock) {
    this.source = source;
    this.connections = connections;
    this.meters = meters;
    this.tracer = tracer;
    this.time = time;
    this.clock = clock;
    this.current = read(source, null);
    report(current);
    Gauge.builder("llm.router.unpriced.models", this, ProviderRegistry::unpriced)
        .description("Models whose price is not known, so that their cost counts as 0")
        .register(meters);
  }

  /** The snapshot in force. */
  public Snapshot current() {
    return current;
  }

  /**
   * Reads the file again and swaps the result in. A {@link ConfigException} leaves everything as it
   * was. Blocks.
   */
  public synchronized Snapshot reload() {
    ConfigSource fresh = source.reread();
    Snapshot next = read(fresh, current);
    Snapshot old = current;
    source = fresh;
    current = next;
    old.providers().values().stream()
        .filter(stack -> !next.providers().containsValue(stack))
        .forEach(ProviderStack::close);
    report(next);
    return next;
  }

  /** Frees what the providers hold. */
  public synchronized void close() {
    current.providers().values().forEach(ProviderStack::close);
  }

  private Snapshot read(ConfigSource config, @Nullable Snapshot old) {
    ProviderSettings settings = config.section("provider", ProviderSettings.class);
    List<String> warnings = new ArrayList<>();
    ProviderPlan plan = ProviderPlan.read(config, prices.read(config, warnings));
    warnings.addAll(plan.warnings());
    Map<String, ProviderStack> stacks = new LinkedHashMap<>();
    plan.providers()
        .forEach(provider -> stacks.put(provider.name(), stack(provider, settings, old)));
    long version = old == null ? 1 : old.catalog().version() + 1;
    try {
      Catalog catalog = ModelsConfig.catalog(version, plan.models(), stacks.keySet());
      return new Snapshot(catalog, stacks, settings, warnings);
    } catch (ConfigException e) {
      throw new ConfigException(config.origin() + ": " + e.getMessage(), e);
    }
  }

  private ProviderStack stack(
      ConfiguredProvider configured, ProviderSettings settings, @Nullable Snapshot old) {
    if (old != null && old.settings().equals(settings)) {
      ProviderStack same = old.providers().get(configured.name());
      if (same != null && same.configured().equals(configured)) {
        return same;
      }
    }
    ProviderKind.Parts parts = new ProviderKind.Parts(settings.limits(), connections, time);
    return new ProviderStack(
        configured,
        configured.kind().create(configured.name(), configured.config(), parts),
        settings,
        meters,
        tracer,
        time,
        clock);
  }

  private void report(Snapshot snapshot) {
    snapshot.providers().keySet().stream().filter(gauged::add).forEach(this::gauge);
    snapshot.warnings().forEach(warning -> logger.warn("{}", warning));
    logger.info(
        "{} models at {} providers, catalogue version {}",
        snapshot.catalog().models().size(),
        snapshot.providers().size(),
        snapshot.catalog().version());
  }

  /** Gauges ask the snapshot in force, so that they survive reloads. */
  private void gauge(String provider) {
    gauge(
        provider,
        "llm.router.breaker.state",
        "0 closed, 1 half open, 2 open",
        stack -> level(stack.breaker().state(current.modelIds(provider))));
    gauge(
        provider,
        "llm.router.upstream.in.flight",
        "Calls under way at a provider",
        ProviderStack::inFlight);
  }

  private void gauge(
      String provider, String name, String description, ToDoubleFunction<ProviderStack> value) {
    Gauge.builder(
            name,
            this,
            registry -> {
              ProviderStack stack = registry.current.providers().get(provider);
              return stack == null ? 0 : value.applyAsDouble(stack);
            })
        .description(description)
        .tag("provider", provider)
        .register(meters);
  }

  private double unpriced() {
    return current.catalog().models().stream().filter(model -> model.price() == null).count();
  }

  private static int level(CircuitBreaker.State state) {
    return switch (state) {
      case CLOSED, DISABLED, METRICS_ONLY -> 0;
      case HALF_OPEN -> 1;
      case OPEN, FORCED_OPEN -> 2;
    };
  }
}
