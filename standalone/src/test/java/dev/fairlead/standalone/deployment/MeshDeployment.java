package dev.fairlead.standalone.deployment;

import dev.fairlead.redis.FreePort;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.lookup.Lookups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every service in a JVM of its own, two provider services, and a real Redis. */
public final class MeshDeployment implements Deployment {

  private static final String TOKEN = "mesh-token-of-the-test";

  private final Path folder;
  private final Vendor vendor = new Vendor();
  private final SpanCollector spans = new SpanCollector();
  private final RedisServerProcess redis = RedisServerProcess.start();
  private final JavaProcess scorer;
  private final JavaProcess cache;
  private final List<JavaProcess> providers;
  private final JavaProcess gateway;
  private final int cachePort = FreePort.together(MANAGEMENT);
  private final List<Integer> providerPorts =
      List.of(FreePort.together(MANAGEMENT), FreePort.together(MANAGEMENT));
  private final int httpPort = FreePort.any();
  private final int grpcPort = FreePort.any();
  private final GatewayClient client = new GatewayClient(httpPort);

  /** Starts everything at once; logs and data go under {@code folder}. */
  public MeshDeployment(Path folder) {
    this(folder, "");
  }

  /** With more sections of the configuration. */
  public MeshDeployment(Path folder, String sections) {
    this.folder = folder;
    int scorerPort = FreePort.together(MANAGEMENT);
    Path config = folder.resolve("mesh.yaml");
    String services =
        """
        services: { scorer: "127.0.0.1:%d", cache: "127.0.0.1:%d", provider: "127.0.0.1:%d,127.0.0.1:%d" }
        redis: { url: "${REDIS_URL}" }
        security: { service_token: "%s" }
        %s
        """
            .formatted(
                scorerPort, cachePort, providerPorts.get(0), providerPorts.get(1), TOKEN, sections);
    try {
      Files.writeString(config, Deployment.yaml(vendor, spans, services));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    scorer =
        start("scorer", Map.of("FAIRLEAD_SCORER_PORT", Integer.toString(scorerPort)), "scorer");
    cache =
        start(
            "cache",
            Map.of(
                "FAIRLEAD_CACHE_PORT",
                Integer.toString(cachePort),
                "FAIRLEAD_CACHE_SCORER",
                "127.0.0.1:" + scorerPort),
            "cache");
    providers = List.of(provider(0), provider(1));
    gateway =
        start(
            "gateway",
            Map.of(
                "PORT", Integer.toString(httpPort),
                "FAIRLEAD_SERVER_GRPC_PORT", Integer.toString(grpcPort),
                "FAIRLEAD_DATA_DIR", folder.resolve("gateway-data").toString()),
            "gateway");
    Deployment.awaitReady(client, this::logs);
  }

  /** The Redis of the cache. */
  public RedisServerProcess redis() {
    return redis;
  }

  /** The scorer's process. */
  public JavaProcess scorer() {
    return scorer;
  }

  /** The cache's process. */
  public JavaProcess cache() {
    return cache;
  }

  /** The two provider processes. */
  public List<JavaProcess> providers() {
    return providers;
  }

  /** Waits until a restarted provider service is ready. */
  public void awaitProvider(int index) {
    GatewayClient management = new GatewayClient(providerPorts.get(index) + 100);
    Deployment.awaitReady(management, this::logs);
    management.close();
  }

  /** The cache's gRPC port. */
  public int cachePort() {
    return cachePort;
  }

  /** The gateway's process. */
  public JavaProcess gateway() {
    return gateway;
  }

  /** Where the processes note names of other machines that they look up. */
  public Path lookups() {
    return folder.resolve("lookups");
  }

  /** What every process has printed. */
  public String logs() {
    return "== scorer\n"
        + scorer.output()
        + "== cache\n"
        + cache.output()
        + "== provider 1\n"
        + providers.get(0).output()
        + "== provider 2\n"
        + providers.get(1).output()
        + "== gateway\n"
        + gateway.output();
  }

  @Override
  public GatewayClient client() {
    return client;
  }

  @Override
  public int httpPort() {
    return httpPort;
  }

  @Override
  public int grpcPort() {
    return grpcPort;
  }

  @Override
  public Vendor vendor() {
    return vendor;
  }

  @Override
  public SpanCollector spans() {
    return spans;
  }

  @Override
  public void close() {
    client.close();
    for (JavaProcess process :
        List.of(gateway, providers.get(0), providers.get(1), cache, scorer)) {
      process.close();
    }
    redis.close();
    vendor.close();
    spans.close();
  }

  private JavaProcess start(String service, Map<String, String> names, String log) {
    Map<String, String> environment = new HashMap<>(names);
    environment.put("FAIRLEAD_CONFIG", folder.resolve("mesh.yaml").toString());
    environment.put("REDIS_URL", redis.url());
    return JavaProcess.start(
        "dev.fairlead." + service + ".Main",
        List.of(
            "-Xmx256m", "-XX:TieredStopAtLevel=1", "-D" + Lookups.FILE_PROPERTY + "=" + lookups()),
        environment,
        folder.resolve(log + ".log"));
  }

  private JavaProcess provider(int index) {
    String port = Integer.toString(providerPorts.get(index));
    return start("provider", Map.of("FAIRLEAD_PROVIDER_PORT", port), "provider-" + index);
  }
}
