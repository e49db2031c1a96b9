package dev.fairlead.standalone.deployment;

import dev.fairlead.redis.FreePort;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.standalone.client.GatewayClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Two processes of every service, every hop by mTLS, and a real Redis. */
public final class TwinMesh implements AutoCloseable {

  /** Token of the admin API. */
  public static final String ADMIN = "admin-of-the-test";

  private final Path folder;
  private final Vendor vendor = new Vendor();
  private final SpanCollector spans = new SpanCollector();
  private final RedisServerProcess redis = RedisServerProcess.start();
  private final Map<String, List<Node>> nodes = new TreeMap<>();

  /**
   * A process of a service.
   *
   * @param name such as {@code scorer-1}
   * @param client of the port that answers {@code /readyz}; of a gateway, of its door
   */
  public record Node(String name, JavaProcess process, GatewayClient client) {}

  /** Starts the backends, then the gateways, and waits for them. */
  public TwinMesh(Path folder) {
    this.folder = folder;
    Map<String, List<Integer>> ports = new TreeMap<>();
    for (String service : List.of("scorer", "cache", "provider")) {
      ports.put(
          service,
          List.of(
              FreePort.together(Deployment.MANAGEMENT), FreePort.together(Deployment.MANAGEMENT)));
    }
    String services =
        """
        services: { scorer: "%s", cache: "%s", provider: "%s" }
        redis: { url: "%s" }
        security: { service_token: "token-of-the-twins", admin_token: "%s" }
        server: { drain_delay: 2s, drain_timeout: 40s }
        %s
        """
            .formatted(
                targets(ports.getOrDefault("scorer", List.of())),
                targets(ports.getOrDefault("cache", List.of())),
                targets(ports.getOrDefault("provider", List.of())),
                redis.url(),
                ADMIN,
                MeshCertificates.writeTo(folder.resolve("tls")));
    try {
      Files.writeString(folder.resolve("mesh.yaml"), Deployment.yaml(vendor, spans, services));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ports.forEach((service, both) ->
        nodes.put(service, List.of(backend(service, 1, both), backend(service, 2, both))));
    nodes.values().forEach(both -> both.forEach(this::awaitReady));
    nodes.put("gateway", List.of(gateway(1), gateway(2)));
    gateways().forEach(this::awaitReady);
  }

  private static String targets(List<Integer> ports) {
    return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  private Node backend(String service, int number, List<Integer> ports) {
    int port = ports.get(number - 1);
    Map<String, String> environment = new TreeMap<>();
    environment.put(
        "FAIRLEAD_" + service.toUpperCase(java.util.Locale.ROOT) + "_PORT", Integer.toString(port));
    environment.put("FAIRLEAD_DATA_DIR", folder.resolve(service + "-" + number).toString());
    return node(service, number, environment, port + 100);
  }

  private Node gateway(int number) {
    int port = FreePort.any();
    Map<String, String> environment = new TreeMap<>();
    environment.put("PORT", Integer.toString(port));
    environment.put("FAIRLEAD_SERVER_GRPC_PORT", Integer.toString(FreePort.any()));
    environment.put("FAIRLEAD_DATA_DIR", folder.resolve("gateway-" + number).toString());
    return node("gateway", number, environment, port);
  }

  private Node node(String service, int number, Map<String, String> environment, int readyPort) {
    environment.put("FAIRLEAD_CONFIG", folder.resolve("mesh.yaml").toString());
    String name = service + "-" + number;
    return new Node(
        name,
        JavaProcess.start(
            "dev.fairlead." + service + ".Main",
            List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            environment,
            folder.resolve(name + ".log")),
        new GatewayClient(readyPort));
  }

  /** Waits until it says that it is ready. */
  public void awaitReady(Node node) {
    Deployment.awaitReady(node.client(), node.process()::output);
  }

  /** The two processes of a service. */
  public List<Node> nodes(String service) {
    return nodes.getOrDefault(service, List.of());
  }

  /** The two gateways. */
  public List<Node> gateways() {
    return nodes("gateway");
  }

  /** The vendor behind them. */
  public Vendor vendor() {
    return vendor;
  }

  /** What every process has printed. */
  public String logs() {
    List<String> logs = new ArrayList<>();
    nodes
        .values()
        .forEach(both ->
            both.forEach(node -> logs.add("== " + node.name() + "\n" + node.process().output())));
    return String.join("\n", logs);
  }

  @Override
  public void close() {
    nodes
        .values()
        .forEach(both ->
            both.forEach(node -> {
              node.client().close();
              node.process().close();
            }));
    redis.close();
    vendor.close();
    spans.close();
  }
}
