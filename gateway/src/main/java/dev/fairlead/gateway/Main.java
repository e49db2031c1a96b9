package dev.fairlead.gateway;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.SecurityConfig;
import dev.fairlead.common.lifecycle.ReloadSignal;
import dev.fairlead.common.lifecycle.ShutdownSignal;
import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.common.rpc.ServiceToken;
import dev.fairlead.common.tls.ClientTls;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.telemetry.CertificateMetrics;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.telemetry.TelemetrySettings;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway as a process of its own in a mesh. */
public final class Main {

  private static final Logger logger = LoggerFactory.getLogger(Main.class);

  private Main() {}

  /**
   * Runs until SIGINT or SIGTERM; configuration comes from the environment and the file it names.
   */
  public static void main(String[] args) {
    try {
      run(ConfigSource.load(System.getenv()));
    } catch (ConfigException e) {
      System.err.println("configuration: " + e.getMessage());
      System.exit(2);
    } catch (RuntimeException e) {
      // What was opened on the way may have threads that would keep the process.
      logger.error("the gateway did not start", e);
      System.exit(1);
    }
  }

  private static TelemetrySettings telemetry(ConfigSource config) {
    return config.section("telemetry", TelemetrySettings.class);
  }

  private static void run(ConfigSource config) {
    ServicesConfig services = config.section("services", ServicesConfig.class);
    SecurityConfig security = config.section("security", SecurityConfig.class);
    ShutdownSignal signal = ShutdownSignal.install();
    try (Telemetry telemetry = Telemetry.start("gateway", telemetry(config));
        Tls tls = Tls.of(config)) {
      List<ClientInterceptor> interceptors = new ArrayList<>();
      interceptors.add(telemetry.clientInterceptor());
      interceptors.addAll(ServiceToken.sending(security.serviceToken()));
      ReloadSignal.install(
          () -> telemetry.reconfigureLogs(telemetry(ConfigSource.load(System.getenv()))));
      ClientTls hops = tls.hopClient();
      tls.list(new CertificateMetrics(telemetry.registry())::register);
      ManagedChannel scorer = RpcChannels.connect(services.scorer(), hops, interceptors);
      ManagedChannel cache = RpcChannels.connect(services.cache(), hops, interceptors);
      ManagedChannel provider = RpcChannels.connect(services.provider(), hops, interceptors);
      GatewayNode.Backends backends = new GatewayNode.Backends(scorer, cache, provider);
      try (GatewayNode node = GatewayNode.start(config, telemetry, backends, false)) {
        System.out.println(
            "fairlead gateway on port " + node.httpPort() + ", gRPC on port " + node.grpcPort());
        signal.await();
      } finally {
        List.of(scorer, cache, provider).forEach(ManagedChannel::shutdownNow);
      }
    } finally {
      signal.finished();
    }
  }
}
