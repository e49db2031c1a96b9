package dev.fairlead.standalone.deployment;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.Standalone;
import dev.fairlead.standalone.client.GatewayClient;
import java.nio.file.Path;
import java.util.Map;

/** All services in this JVM. */
public final class StandaloneDeployment implements Deployment {

  private final Vendor vendor = new Vendor();
  private final SpanCollector spans = new SpanCollector();
  private final Standalone standalone;
  private final GatewayClient client;

  /** Starts it; what it keeps on disk goes under {@code folder}. */
  public StandaloneDeployment(Path folder) {
    String server = "server: { port: 0, grpc_port: 0, data_dir: \"" + folder + "\" }";
    String yaml = Deployment.yaml(vendor, spans, server);
    standalone = Standalone.start(ConfigSource.parse("standalone.yaml", yaml, Map.of()));
    client = new GatewayClient(standalone.httpPort());
    Deployment.awaitReady(client, () -> "");
  }

  @Override
  public GatewayClient client() {
    return client;
  }

  @Override
  public int httpPort() {
    return standalone.httpPort();
  }

  @Override
  public int grpcPort() {
    return standalone.grpcPort();
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
    standalone.close();
    vendor.close();
    spans.close();
  }
}
