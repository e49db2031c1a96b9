package dev.fairlead.provider;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.client.ClientFactoryOptions;
import com.linecorp.armeria.client.proxy.ProxyConfig;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.lifecycle.ServiceNode;
import dev.fairlead.common.net.CalledAddresses;
import dev.fairlead.common.net.FlushPerIteration;
import dev.fairlead.common.rpc.AcceptedHeaders;
import dev.fairlead.provider.registry.ProviderRegistry;
import dev.fairlead.provider.resilience.TimeSource;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** The provider service, wired. */
public final class ProviderNode implements ServiceNode {

  /**
   * Shorter than the keep-alive of common servers, so that we close an idle connection before they
   * do.
   */
  private static final Duration IDLE = Duration.ofSeconds(10);

  private final ClientFactory connections;
  private final ProviderRegistry registry;
  private final ProviderRpcService service;

  private ProviderNode(
      ClientFactory connections, ProviderRegistry registry, ProviderRpcService service) {
    this.connections = connections;
    this.registry = registry;
    this.service = service;
  }

  /**
   * Starts the service; a bad configuration is a {@code ConfigException}. Blocks on the
   * configuration file only.
   */
  public static ProviderNode start(ConfigSource config, MeterRegistry meters, Tracer tracer) {
    return start(config, meters, tracer, UnaryOperator.identity());
  }

  /** With connections that are made in a way of its own. */
  static ProviderNode start(
      ConfigSource config,
      MeterRegistry meters,
      Tracer tracer,
      UnaryOperator<ClientFactoryBuilder> how) {
    ProviderSettings settings = config.section("provider", ProviderSettings.class);
    ClientFactory connections = how.apply(builder(settings)).build();
    TimeSource time = TimeSource.system();
    try {
      ProviderRegistry registry =
          new ProviderRegistry(config, connections, meters, tracer, time, Clock.systemUTC());
      return new ProviderNode(connections, registry, new ProviderRpcService(registry, time));
    } catch (RuntimeException e) {
      connections.closeAsync();
      throw e;
    }
  }

  private static ClientFactoryBuilder builder(ProviderSettings settings) {
    return ClientFactory.builder()
        .connectTimeout(settings.timeouts().connect())
        .idleTimeout(IDLE)
        .proxyConfig(ProxyConfig.direct())
        .eventLoopSchedulerFactory(CallersEventLoop::new)
        // Headers and body that are written in one turn of the event loop leave in one system
        // call.
        .option(
            ClientFactoryOptions.CHANNEL_PIPELINE_CUSTOMIZER,
            pipeline -> pipeline.addFirst(new FlushPerIteration(), CalledAddresses.INSTANCE));
  }

  @Override
  public String name() {
    return "provider-service";
  }

  /** A call may cost money: its headers tell the transport that it must not be made twice. */
  @Override
  public List<BindableService> services() {
    return List.of(() -> ServerInterceptors.intercept(service, new AcceptedHeaders()));
  }

  @Override
  public boolean ready() {
    return service.hasModels();
  }

  /**
   * Reads the configuration again; one that is not valid is a {@code ConfigException} that changes
   * nothing. Blocks.
   */
  public void reload() {
    registry.reload();
  }

  @Override
  public void close() {
    registry.close();
    connections.close();
  }
}
