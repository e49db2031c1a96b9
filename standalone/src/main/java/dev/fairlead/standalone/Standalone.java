package dev.fairlead.standalone;

import dev.fairlead.cache.CacheNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.lifecycle.Opened;
import dev.fairlead.common.lifecycle.ServiceNode;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.gateway.GatewayNode;
import dev.fairlead.provider.ProviderNode;
import dev.fairlead.scorer.ScorerNode;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.telemetry.TelemetrySettings;
import io.grpc.Channel;
import java.util.List;

/** A running standalone gateway. Several may run in one JVM. */
public final class Standalone implements AutoCloseable {

  private final Opened opened = new Opened();

  private final GatewayNode gateway;
  private final ProviderNode providers;
  private final Telemetry telemetry;

  private Standalone(ConfigSource config) {
    try {
      telemetry =
          opened.add(
              Telemetry.start("fairlead", config.section("telemetry", TelemetrySettings.class)));
      Channel scorer =
          serve(
              telemetry,
              opened.add(ScorerNode.start(config, telemetry.registry(), telemetry.tracer())));
      Channel cache =
          serve(
              telemetry,
              opened.add(
                  CacheNode.start(config, telemetry.registry(), telemetry.tracer(), scorer)));
      providers = opened.add(ProviderNode.start(config, telemetry.registry(), telemetry.tracer()));
      Channel provider = serve(telemetry, providers);
      gateway =
          opened.add(
              GatewayNode.start(
                  config, telemetry, new GatewayNode.Backends(scorer, cache, provider), true));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts every service and opens the gateway's ports; blocks until they are open.
   *
   * @throws dev.fairlead.common.config.ConfigException when the configuration cannot be used
   */
  public static Standalone start(ConfigSource config) {
    return new Standalone(config);
  }

  private Channel serve(Telemetry telemetry, ServiceNode node) {
    LocalServer server =
        opened.add(LocalServer.of(node.services(), List.of(telemetry.serverInterceptor())));
    return server.channel(List.of());
  }

  /** The HTTP port in use. */
  public int httpPort() {
    return gateway.httpPort();
  }

  /** The HTTP port that has the admin API and the console: its own one or the public one. */
  public int adminPort() {
    return gateway.adminPort();
  }

  /** The gRPC port in use; -1 when gRPC is off. */
  public int grpcPort() {
    return gateway.grpcPort();
  }

  /**
   * Reads the providers and models again and lets the gateway know; a configuration that is not
   * valid is a {@link dev.fairlead.common.config.ConfigException} that changes nothing. Blocks.
   */
  public void reload() {
    providers.reload();
    gateway.refreshModels();
  }

  /** Puts level and format of the logs in force as {@code config} has them. */
  void reloadLogs(ConfigSource config) {
    telemetry.reconfigureLogs(config.section("telemetry", TelemetrySettings.class));
  }

  /** Whether requests can be served. */
  public boolean ready() {
    return gateway.ready();
  }

  /**
   * Closes the doors first, then every service; requests under way finish within the drain time.
   * Blocks.
   */
  @Override
  public void close() {
    opened.close();
  }
}
