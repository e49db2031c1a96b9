package dev.fairlead.cache;

import com.google.protobuf.Duration;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.redis.RedisConfig;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.GetStatsRequest;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.LeaseAbandoned;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import dev.fairlead.v1.ReportOutcomeRequest;
import dev.fairlead.v1.StoreRequest;
import dev.fairlead.v1.StoreResponse;
import io.grpc.Channel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** A cache service in this process, spoken to over gRPC as the gateway does. */
final class CacheFixture implements AutoCloseable {

  static final float[] VECTOR = {1, 0, 0};

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final CacheNode node;
  private final LocalServer server;
  private final Channel channel;

  private CacheFixture(
      String yaml, @Nullable Channel scorer, InstantSource clock, DoubleSupplier random) {
    ConfigSource config = ConfigSource.parse("test.yaml", yaml, Map.of());
    node =
        CacheNode.start(
            config.section("cache", CacheConfig.class),
            config.section("redis", RedisConfig.class),
            Tls.of(config),
            meters,
            OpenTelemetry.noop().getTracer("test"),
            scorer,
            clock,
            random);
    server = LocalServer.of(node.services(), List.of());
    channel = server.channel(List.of());
  }

  static CacheFixture start(String yaml) {
    return start(yaml, InstantSource.system());
  }

  static CacheFixture start(String yaml, InstantSource clock) {
    return start(yaml, clock, () -> 0.5);
  }

  /** With chances of the test's own, 0 to 1. */
  static CacheFixture start(String yaml, InstantSource clock, DoubleSupplier random) {
    return new CacheFixture(yaml, null, clock, random);
  }

  static CacheFixture start(String yaml, Channel scorer) {
    return new CacheFixture(yaml, scorer, InstantSource.system(), () -> 0.5);
  }

  CacheServiceGrpc.CacheServiceBlockingStub stub() {
    return CacheServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  CacheServiceGrpc.CacheServiceFutureStub futures() {
    return CacheServiceGrpc.newFutureStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  static CacheScope scope(String tenant) {
    return CacheScope.newBuilder()
        .setTenant(tenant)
        .setModel("auto")
        .setDigest(TestEntries.digest("scope"))
        .build();
  }

  static Duration seconds(double seconds) {
    long nanos = Math.round(seconds * 1e9);
    return Duration.newBuilder()
        .setSeconds(nanos / 1_000_000_000)
        .setNanos((int) (nanos % 1_000_000_000))
        .build();
  }

  /** An exact lookup. */
  static LookupRequest.Builder exact(String tenant, String text) {
    return LookupRequest.newBuilder()
        .setScope(scope(tenant))
        .setFingerprint(TestEntries.digest(text))
        .setText(text)
        .setSemanticEligible(true);
  }

  /** A lookup with an embedding. */
  static LookupRequest.Builder semantic(String tenant, String text, float... vector) {
    LookupRequest.Builder request = exact(tenant, text).setModelFingerprint("encoder-1");
    for (float value : vector) {
      request.addEmbedding(value);
    }
    return request;
  }

  /** An answer to keep, found exactly and by vector. */
  static StoreRequest.Builder storing(String tenant, String text, float... vector) {
    StoreRequest.Builder request =
        StoreRequest.newBuilder()
            .setScope(scope(tenant))
            .setFingerprint(TestEntries.digest(text))
            .setText(text)
            .setAnswer(TestEntries.answer("answer to " + text));
    if (vector.length > 0) {
      request.setModelFingerprint("encoder-1");
      for (float value : vector) {
        request.addEmbedding(value);
      }
    }
    return request;
  }

  LookupResponse lookup(LookupRequest.Builder request) {
    return stub().lookup(request.build());
  }

  CacheMiss miss(LookupRequest.Builder request) {
    LookupResponse response = lookup(request);
    if (!response.hasMiss()) {
      throw new AssertionError("a hit (expected: a miss): " + response);
    }
    return response.getMiss();
  }

  StoreResponse store(StoreRequest.Builder request) {
    return stub().store(request.build());
  }

  void abandon(String tenant, String text, String leaseId) {
    var unused =
        stub()
            .reportOutcome(
                ReportOutcomeRequest.newBuilder()
                    .setLeaseAbandoned(
                        LeaseAbandoned.newBuilder()
                            .setScope(scope(tenant))
                            .setFingerprint(TestEntries.digest(text))
                            .setLeaseId(leaseId))
                    .build());
  }

  long flush(FlushRequest.Builder request) {
    return stub().flush(request.build()).getRemoved();
  }

  GetStatsResponse stats() {
    return stub().getStats(GetStatsRequest.getDefaultInstance());
  }

  @Override
  public void close() {
    server.close(java.time.Duration.ofSeconds(1));
    node.close();
  }
}
