package dev.fairlead.scorer;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.Channel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A scorer node behind a local server, as standalone runs it. */
final class ScorerHarness implements AutoCloseable {

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final ScorerNode node;
  private final LocalServer server;
  private final Channel channel;

  private ScorerHarness(TextScorer scorer, ScorerConfig config) throws IOException {
    this.node = ScorerNode.of(scorer, config, meters);
    this.server = LocalServer.of(node.services(), List.of());
    this.channel = server.channel(List.of());
  }

  static ScorerHarness start(TextScorer scorer, String yaml) throws IOException {
    return new ScorerHarness(scorer, config(yaml));
  }

  static ScorerConfig config(String yaml) {
    return ConfigSource.parse("test", "scorer: " + yaml, Map.of())
        .section("scorer", ScorerConfig.class);
  }

  ScorerServiceGrpc.ScorerServiceBlockingStub blocking() {
    return ScorerServiceGrpc.newBlockingStub(channel);
  }

  ScorerServiceGrpc.ScorerServiceFutureStub future() {
    return ScorerServiceGrpc.newFutureStub(channel);
  }

  double dropped(String reason) {
    return meters.counter("llm.router.scorer.dropped", "reason", reason).count();
  }

  @Override
  public void close() {
    server.close();
    node.close();
  }
}
