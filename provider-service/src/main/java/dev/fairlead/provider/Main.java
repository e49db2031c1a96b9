package dev.fairlead.provider;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.SecurityConfig;
import dev.fairlead.common.lifecycle.BackendProcess;
import dev.fairlead.common.lifecycle.ReloadSignal;
import dev.fairlead.common.rpc.ServiceToken;
import dev.fairlead.common.tls.ServerTls;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.telemetry.CertificateMetrics;
import dev.fairlead.telemetry.ManagementServer;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.telemetry.TelemetrySettings;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The provider service as a process of its own. */
public final class Main {

  private static final int MANAGEMENT_PORT_OFFSET = 100;

  private Main() {}

  /**
   * Runs until SIGINT or SIGTERM. A configuration that cannot be used ends it with status 2 and one
   * line that says why.
   */
  public static void main(String[] args) throws IOException {
    try {
      run(ConfigSource.load(System.getenv()));
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private static TelemetrySettings telemetry(ConfigSource config) {
    return config.section("telemetry", TelemetrySettings.class);
  }

  private static void run(ConfigSource config) throws IOException {
    ProviderSettings settings = config.section("provider", ProviderSettings.class);
    SecurityConfig security = config.section("security", SecurityConfig.class);
    Telemetry telemetry = Telemetry.start("provider-service", telemetry(config));
    Tls tls = Tls.of(config);
    ServerTls hops = tls.hopServer();
    tls.list(new CertificateMetrics(telemetry.registry())::register);
    ProviderNode node = ProviderNode.start(config, telemetry.registry(), telemetry.tracer());
    ReloadSignal.install(() -> {
      telemetry.reconfigureLogs(telemetry(ConfigSource.load(System.getenv())));
      node.reload();
    });
    BackendProcess process = new BackendProcess(node);
    ManagementServer management =
        ManagementServer.start(
            new InetSocketAddress(settings.bind(), settings.port() + MANAGEMENT_PORT_OFFSET),
            telemetry,
            process::ready);
    List<ServerInterceptor> interceptors = new ArrayList<>();
    interceptors.add(telemetry.serverInterceptor());
    interceptors.addAll(ServiceToken.demanding(security.serviceToken()));
    InetSocketAddress address = new InetSocketAddress(settings.bind(), settings.port());
    process.serve(address, hops, interceptors, management, tls, telemetry);
  }
}
