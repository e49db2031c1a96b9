package dev.fairlead.scorer;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.SecurityConfig;
import dev.fairlead.common.lifecycle.BackendProcess;
import dev.fairlead.common.lifecycle.ReloadSignal;
import dev.fairlead.common.rpc.ServiceToken;
import dev.fairlead.common.tls.ServerTls;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.telemetry.CertificateMetrics;
import dev.fairlead.telemetry.ManagementServer;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.telemetry.TelemetrySettings;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The scorer service as a process. Exit codes: 0 stopped, 1 port taken, 2 configuration or model
 * files not usable.
 */
public final class Main {

  private static final int MANAGEMENT_OFFSET = 100;

  private Main() {}

  /** Runs until SIGINT or SIGTERM; SIGHUP has level and format of the logs read again. */
  public static void main(String[] args) throws IOException {
    try {
      run(ConfigSource.load(System.getenv()));
    } catch (ConfigException | ModelFileException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private static TelemetrySettings telemetry(ConfigSource config) {
    return config.section("telemetry", TelemetrySettings.class);
  }

  private static void run(ConfigSource config) throws IOException {
    ScorerConfig section = config.section("scorer", ScorerConfig.class);
    SecurityConfig security = config.section("security", SecurityConfig.class);
    Telemetry telemetry = Telemetry.start("scorer-service", telemetry(config));
    Tls tls = Tls.of(config);
    ServerTls hops = tls.hopServer();
    tls.list(new CertificateMetrics(telemetry.registry())::register);
    ScorerNode node = ScorerNode.start(config, telemetry.registry(), telemetry.tracer());
    InetSocketAddress managementAddress =
        new InetSocketAddress(section.bind(), section.port() + MANAGEMENT_OFFSET);
    ReloadSignal.install(
        () -> telemetry.reconfigureLogs(telemetry(ConfigSource.load(System.getenv()))));
    BackendProcess process = new BackendProcess(node);
    ManagementServer management =
        ManagementServer.start(managementAddress, telemetry, process::ready);
    List<ServerInterceptor> interceptors = new ArrayList<>();
    interceptors.add(telemetry.serverInterceptor());
    interceptors.addAll(ServiceToken.demanding(security.serviceToken()));
    process.serve(
        new InetSocketAddress(section.bind(), section.port()),
        hops,
        interceptors,
        management,
        tls,
        telemetry);
  }
}
