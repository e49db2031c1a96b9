package dev.fairlead.gateway;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.telemetry.TelemetrySettings;
import dev.fairlead.v1.FinishReason;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gateway in front of hand-written services whose behaviour a test sets through public fields.
 */
public final class FakeBackends implements AutoCloseable {

  public final FakeScorer scorer = new FakeScorer();
  public final FakeCache cache = new FakeCache();
  public final FakeProvider provider = new FakeProvider();
  public final GatewayNode node;
  public final Path dataDir;
  private final List<AutoCloseable> opened = new ArrayList<>();

  public FakeBackends(String yaml) throws IOException {
    this(yaml, 0);
  }

  public FakeBackends(String yaml, int port) throws IOException {
    this(yaml, port, "bind: \"127.0.0.1\"", null);
  }

  /** A gateway with more keys of section {@code server}. */
  public FakeBackends(String yaml, int port, String server) throws IOException {
    this(yaml, port, server, null);
  }

  /** With a provider service of the test's own in the place of {@link #provider}. */
  public FakeBackends(String yaml, io.grpc.BindableService ownProvider) throws IOException {
    this(yaml, 0, "bind: \"127.0.0.1\"", ownProvider);
  }

  private FakeBackends(
      String yaml, int port, String server, io.grpc.@Nullable BindableService ownProvider)
      throws IOException {
    dataDir = Files.createTempDirectory("fairlead-test");
    ConfigSource config =
        ConfigSource.parse(
            "test",
            "server: {port: " + port + ", grpc_port: 0, " + server + "}\n" + yaml,
            Map.of("FAIRLEAD_DATA_DIR", dataDir.toString()));
    Telemetry telemetry = Telemetry.start("gateway", TelemetrySettings.defaults());
    opened.add(telemetry);
    GatewayNode.Backends backends =
        new GatewayNode.Backends(
            serve(telemetry, scorer),
            serve(telemetry, cache),
            serve(telemetry, ownProvider == null ? provider : ownProvider));
    node = GatewayNode.start(config, telemetry, backends, false);
  }

  private Channel serve(Telemetry telemetry, io.grpc.BindableService service) {
    LocalServer server = LocalServer.of(List.of(service), List.of(telemetry.serverInterceptor()));
    opened.add(server);
    return server.channel(List.of());
  }

  /** Everything as it was at the start. */
  public void reset() {
    scorer.complexity = text -> 0.1;
    scorer.away = false;
    scorer.truncated = false;
    scorer.expectedGain = 0;
    scorer.analyses.set(0);
    scorer.labels.clear();
    scorer.breakEmbeddings = response -> {};
    scorer.muteEmbeddings = false;
    cache.away = false;
    cache.mute = false;
    cache.semanticPossible = false;
    cache.semanticHit = null;
    cache.storedAt = null;
    cache.staleOnce.set(false);
    cache.stored.clear();
    cache.lookups.clear();
    cache.reports.clear();
    provider.failure = null;
    provider.failedAttempts = List.of();
    provider.bodies.clear();
    provider.streams.clear();
    provider.failMidStream = false;
    provider.reloadRefused = null;
    provider.hang = false;
    provider.live = false;
    provider.bodyless = null;
    provider.upstreams.clear();
    provider.silent = false;
    provider.finishReason = FinishReason.FINISH_REASON_STOP;
    provider.finishReasons.clear();
    provider.texts.clear();
    provider.calls.clear();
    provider.cancelled.set(0);
  }

  public String url(String path) {
    return "http://127.0.0.1:" + node.httpPort() + path;
  }

  @Override
  public void close() throws Exception {
    node.close();
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }
}
