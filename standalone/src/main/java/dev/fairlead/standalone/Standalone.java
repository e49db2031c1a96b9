package dev.fairlead.standalone;

import dev.fairlead.cache.CacheNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.lifecycle.ServiceNode;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.gateway.GatewayNode;
import dev.fairlead.provider.ProviderNode;
import dev.fairlead.scorer.ScorerNode;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.telemetry.TelemetrySettings;
import io.grpc.Channel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running standalone gateway. Several may run in one JVM. */
public final class Standalone implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Standalone.class);

  /** What was opened, last first: the order in which it is closed. */
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private final GatewayNode gateway;
  private final ProviderNode providers;
  private final Telemetry telemetry;

  private Standalone(ConfigSource config) {
    try {
      telemetry =
          opened(Telemetry.start("fairlead", config.section("telemetry", TelemetrySettings.class)));
      Channel scorer =
          serve(
              telemetry,
              opened(ScorerNode.start(config, telemetry.registry(), telemetry.tracer())));
      Channel cache =
          serve(
              telemetry,
              opened(CacheNode.start(config, telemetry.registry(), telemetry.tracer(), scorer)));
      providers = opened(ProviderNode.start(config, telemetry.registry(), telemetry.tracer()));
      Channel provider = serve(telemetry, providers);
      gateway =
          opened(
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
        opened(LocalServer.of(node.services(), List.of(telemetry.serverInterceptor())));
    return server.channel(List.of());
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.push(closeable);
    return closeable;
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
    while (!opened.isEmpty()) {
      AutoCloseable next = opened.pop();
      try {
        next.close();
      } catch (Exception e) {
        logger.warn("could not close {}", next, e);
      }
    }
  }
}
