package dev.fairlead.cache;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.SecurityConfig;
import dev.fairlead.common.lifecycle.BackendProcess;
import dev.fairlead.common.lifecycle.ReloadSignal;
import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.common.rpc.ServiceToken;
import dev.fairlead.common.tls.ServerTls;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.telemetry.CertificateMetrics;
import dev.fairlead.telemetry.ManagementServer;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.telemetry.TelemetrySettings;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cache service as a process of its own. */
public final class Main {

  private static final int MANAGEMENT_OFFSET = 100;

  private Main() {}

  /**
   * Serves until the process is asked to end; exits with 2 when the configuration cannot be used.
   * SIGHUP has level and format of the logs read again.
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
    CacheConfig cache = config.section("cache", CacheConfig.class);
    SecurityConfig security = config.section("security", SecurityConfig.class);
    Telemetry telemetry = Telemetry.start("cache-service", telemetry(config));
    Tls tls = Tls.of(config);
    ServerTls hops = tls.hopServer();
    ManagedChannel scorer = scorer(cache, security, tls, telemetry);
    tls.list(new CertificateMetrics(telemetry.registry())::register);
    CacheNode node = CacheNode.start(config, telemetry.registry(), telemetry.tracer(), scorer);
    ReloadSignal.install(
        () -> telemetry.reconfigureLogs(telemetry(ConfigSource.load(System.getenv()))));
    BackendProcess process = new BackendProcess(node);
    ManagementServer management =
        ManagementServer.start(
            new InetSocketAddress(cache.bind(), cache.port() + MANAGEMENT_OFFSET),
            telemetry,
            process::ready);
    List<ServerInterceptor> interceptors = new ArrayList<>();
    interceptors.add(telemetry.serverInterceptor());
    interceptors.addAll(ServiceToken.demanding(security.serviceToken()));
    process.serve(
        new InetSocketAddress(cache.bind(), cache.port()),
        hops,
        interceptors,
        management,
        tls,
        telemetry);
  }

  private static @Nullable ManagedChannel scorer(
      CacheConfig cache, SecurityConfig security, Tls tls, Telemetry telemetry) {
    if (cache.scorer().isEmpty()) {
      return null;
    }
    List<ClientInterceptor> interceptors = new ArrayList<>();
    interceptors.add(telemetry.clientInterceptor());
    interceptors.addAll(ServiceToken.sending(security.serviceToken()));
    return RpcChannels.connect(cache.scorer(), tls.hopClient(), interceptors);
  }
}
