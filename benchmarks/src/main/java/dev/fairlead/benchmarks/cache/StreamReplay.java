package dev.fairlead.benchmarks.cache;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.CacheNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.FreshAnswer;
import dev.fairlead.v1.GetStatsRequest;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.ReportOutcomeRequest;
import dev.fairlead.v1.StoreRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One pass of a stream through a cache service of its own, as the gateway would do it: look up, and
 * on a miss answer fresh, report the fresh answer beside the neighbour, and store.
 */
final class StreamReplay implements AutoCloseable {

  private final CacheNode node;
  private final LocalServer server;
  private final CacheServiceBlockingStub stub;
  private final TextVectors vectors;
  private final Map<String, Iterable<Float>> boxed = new HashMap<>();
  private final CacheScope scope =
      CacheScope.newBuilder()
          .setTenant("replay")
          .setModel("auto")
          .setDigest(sha256("one scope"))
          .build();

  /**
   * What came of a pass.
   *
   * @param requests all requests
   * @param exact served because the text is identical
   * @param semantic served because it is near
   * @param wrong served with an answer of another key
   * @param stats the service's own account
   */
  record Result(int requests, int exact, int semantic, int wrong, GetStatsResponse stats) {
    double hitShare() {
      return (double) (exact + semantic) / requests;
    }

    double wrongShare() {
      return (double) wrong / requests;
    }
  }

  /**
   * Starts an empty service.
   *
   * @param yaml configuration, section {@code cache}
   */
  StreamReplay(String yaml, TextVectors vectors) {
    this.vectors = vectors;
    this.node =
        CacheNode.start(
            ConfigSource.parse("replay.yaml", yaml, Map.of()),
            new SimpleMeterRegistry(),
            OpenTelemetry.noop().getTracer("replay"));
    this.server = LocalServer.of(node.services(), List.of());
    this.stub = CacheServiceGrpc.newBlockingStub(server.channel(List.of()));
  }

  /** Sends the requests one after the other. */
  Result run(List<RecordedRequest> requests) {
    int exact = 0;
    int semantic = 0;
    int wrong = 0;
    for (RecordedRequest request : requests) {
      LookupResponse response = stub.lookup(lookup(request));
      if (response.hasMiss()) {
        answerFresh(request, response.getMiss());
        continue;
      }
      switch (response.getHit().getKind()) {
        case KIND_EXACT -> exact++;
        case KIND_SEMANTIC -> semantic++;
        case KIND_COALESCED, KIND_STALE, KIND_UNSPECIFIED, UNRECOGNIZED ->
            throw new IllegalStateException("unexpected hit " + response.getHit().getKind());
      }
      boolean right = response.getHit().getAnswer().getText().equals(request.answerKey());
      wrong += right ? 0 : 1;
    }
    GetStatsResponse stats = stub.getStats(GetStatsRequest.getDefaultInstance());
    return new Result(requests.size(), exact, semantic, wrong, stats);
  }

  private LookupRequest lookup(RecordedRequest request) {
    return LookupRequest.newBuilder()
        .setScope(scope)
        .setFingerprint(sha256(request.text()))
        .setText(request.text())
        .addAllEmbedding(vector(request))
        .setModelFingerprint(vectors.encoder())
        .setSemanticEligible(true)
        .build();
  }

  private void answerFresh(RecordedRequest request, CacheMiss miss) {
    if (miss.hasNeighbour()) {
      FreshAnswer fresh =
          FreshAnswer.newBuilder()
              .setScope(scope)
              .setEntryId(miss.getNeighbour().getEntryId())
              .setSimilarity(miss.getNeighbour().getSimilarity())
              .setText(request.answerKey())
              .build();
      var unused =
          stub.reportOutcome(ReportOutcomeRequest.newBuilder().setFreshAnswer(fresh).build());
    }
    CachedAnswer answer =
        CachedAnswer.newBuilder()
            .setRaw(RawAnswer.newBuilder().setBody(ByteString.copyFromUtf8(request.answerKey())))
            .setText(request.answerKey())
            .setFinishReason(FinishReason.FINISH_REASON_STOP)
            .build();
    var unused =
        stub.store(
            StoreRequest.newBuilder()
                .setScope(scope)
                .setFingerprint(sha256(request.text()))
                .setText(request.text())
                .addAllEmbedding(vector(request))
                .setModelFingerprint(vectors.encoder())
                .setAnswer(answer)
                .build());
  }

  private Iterable<Float> vector(RecordedRequest request) {
    return boxed.computeIfAbsent(
        request.text(),
        text -> {
          float[] values = vectors.of(text);
          return java.util.stream.IntStream.range(0, values.length)
              .mapToObj(i -> values[i])
              .toList();
        });
  }

  private static ByteString sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return ByteString.copyFrom(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void close() {
    server.close(Duration.ofSeconds(1));
    node.close();
  }
}
