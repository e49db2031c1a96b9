package dev.fairlead.provider.registry;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelsConfig;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.ProviderSettings;
import dev.fairlead.provider.resilience.Hedging;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.telemetry.GenAiConventions;
import dev.fairlead.telemetry.TelemetrySettings;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.FunctionCounter;
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
import java.util.stream.Collectors;
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
  private final GenAiConventions names;
  private final Tracer tracer;
  private final TimeSource time;
  private final Clock clock;
  private final Set<String> gauged = new HashSet<>();
  private final PriceListSource prices = new PriceListSource();
  private ConfigSource source;
  private volatile Snapshot current;
  private boolean closed;

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
    this.names = GenAiConventions.of(source.section("telemetry", TelemetrySettings.class));
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
   * The snapshot in force, for a request that ends with {@link Snapshot#end}.
   *
   * @throws dev.fairlead.common.failure.FailureException Overloaded after {@link #close}
   */
  public Snapshot begin() {
    while (true) {
      Snapshot snapshot = current;
      if (snapshot.uses().begin()) {
        return snapshot;
      }
      if (snapshot == current) {
        throw new Failure.Overloaded("the providers are shutting down", null).asException();
      }
    }
  }

  /**
   * Reads the file again and swaps the result in; requests under way finish with what they began
   * with. A {@link ConfigException} leaves everything as it was. Blocks.
   */
  public synchronized Snapshot reload() {
    ConfigSource fresh = source.reread();
    Snapshot old = current;
    Snapshot next = read(fresh, old);
    source = fresh;
    current = next;
    next.providers()
        .forEach((name, stack) -> stack.breaker().retain(Set.copyOf(next.modelIds(name))));
    report(next);
    old.uses().end();
    return next;
  }

  /** Frees what the providers hold, as soon as no request works with them. */
  public synchronized void close() {
    if (!closed) {
      closed = true;
      current.uses().end();
    }
  }

  /** Everything is checked before anything is built. */
  private Snapshot read(ConfigSource config, @Nullable Snapshot old) {
    ProviderSettings settings = config.section("provider", ProviderSettings.class);
    List<String> warnings = new ArrayList<>();
    ProviderPlan plan = ProviderPlan.read(config, prices.read(config, warnings));
    warnings.addAll(plan.warnings());
    if (old != null) {
      warnings.addAll(needsRestart(old.settings(), settings));
    }
    long version = old == null ? 1 : old.catalog().version() + 1;
    Set<String> names =
        plan.providers().stream().map(ConfiguredProvider::name).collect(Collectors.toSet());
    Catalog catalog;
    try {
      catalog = ModelsConfig.catalog(version, plan.models(), names);
    } catch (ConfigException e) {
      throw new ConfigException(config.origin() + ": " + e.getMessage(), e);
    }
    Map<String, ProviderStack> stacks = stacks(plan.providers(), settings, old);
    List<SharedAdapter> adapters = stacks.values().stream().map(ProviderStack::adapter).toList();
    adapters.forEach(SharedAdapter::retain);
    SnapshotUses uses = new SnapshotUses(() -> adapters.forEach(SharedAdapter::release));
    return new Snapshot(catalog, stacks, settings, hedging(settings, old), warnings, uses);
  }

  private @Nullable Hedging hedging(ProviderSettings settings, @Nullable Snapshot old) {
    if (!settings.hedge().enabled()) {
      return null;
    }
    return old != null && old.settings().hedge().equals(settings.hedge())
        ? old.hedging()
        : new Hedging(settings.hedge(), meters, time);
  }

  private static List<String> needsRestart(ProviderSettings before, ProviderSettings after) {
    List<String> keys = new ArrayList<>();
    if (before.port() != after.port() || !before.bind().equals(after.bind())) {
      keys.add("provider.bind and provider.port");
    }
    if (!before.timeouts().connect().equals(after.timeouts().connect())) {
      keys.add("provider.timeouts.connect");
    }
    return keys.stream().map(key -> key + ": a change takes effect at the next start").toList();
  }

  /** An adapter may still refuse, such as one whose model file is broken: then none is kept. */
  private Map<String, ProviderStack> stacks(
      List<ConfiguredProvider> plan, ProviderSettings settings, @Nullable Snapshot old) {
    Map<String, ProviderStack> stacks = new LinkedHashMap<>();
    List<SharedAdapter> made = new ArrayList<>();
    try {
      for (ConfiguredProvider configured : plan) {
        stacks.put(configured.name(), stack(configured, settings, old, made));
      }
      return stacks;
    } catch (RuntimeException e) {
      made.forEach(SharedAdapter::discard);
      throw e;
    }
  }

  private ProviderStack stack(
      ConfiguredProvider configured,
      ProviderSettings settings,
      @Nullable Snapshot old,
      List<SharedAdapter> made) {
    ProviderStack before = old == null ? null : old.providers().get(configured.name());
    if (before == null || !before.configured().equals(configured) || !before.limitedBy(settings)) {
      ProviderKind.Parts parts = new ProviderKind.Parts(settings.limits(), connections, time);
      SharedAdapter adapter = new SharedAdapter(configured.name(), configured.create(parts));
      made.add(adapter);
      return new ProviderStack(
          configured, adapter, settings, null, meters, names, tracer, time, clock);
    }
    return before.settings().equals(settings)
        ? before
        : new ProviderStack(
            configured, before.adapter(), settings, before, meters, names, tracer, time, clock);
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
    gauge(
        provider,
        "llm.router.upstream.limit",
        "Calls that may be under way at a provider now",
        stack -> stack.limiter().limit());
    gauge(
        provider,
        "llm.router.upstream.queued",
        "Calls that wait for a place at a provider",
        stack -> stack.limiter().waiting());
    count(
        provider,
        "llm.router.upstream.retries",
        "Further tries after a failed one of this provider",
        stack -> stack.budget().granted());
    count(
        provider,
        "llm.router.retry.budget.exhausted",
        "Further tries that this provider's budget refused",
        stack -> stack.budget().refused());
  }

  private void count(
      String provider, String name, String description, ToDoubleFunction<ProviderStack> value) {
    FunctionCounter.builder(name, this, registry -> registry.of(provider, value))
        .description(description)
        .tag("provider", provider)
        .register(meters);
  }

  private double of(String provider, ToDoubleFunction<ProviderStack> value) {
    ProviderStack stack = current.providers().get(provider);
    return stack == null ? 0 : value.applyAsDouble(stack);
  }

  private void gauge(
      String provider, String name, String description, ToDoubleFunction<ProviderStack> value) {
    Gauge.builder(name, this, registry -> registry.of(provider, value))
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
