package dev.fairlead.benchmarks.cache;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.CacheNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.GetStatsRequest;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.StoreRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast entries are written to Redis one after the other, how long a replica that starts takes
 * until it finds all of them by vector, and how long lookups take on it meanwhile.
 *
 * <p>Arguments: URL of an empty Redis, number of entries.
 */
public final class IndexRebuild {

  private static final int DIMENSION = 384;
  private static final CacheScope SCOPE =
      CacheScope.newBuilder()
          .setTenant("rebuild")
          .setModel("auto")
          .setDigest(ByteString.copyFrom(new byte[32]))
          .build();

  private final LocalServer server;
  private final CacheNode node;

  private IndexRebuild(String url) {
    String yaml =
        "cache: {ttl: 1h, policy: threshold, store_timeout: 1s, max_entries: 1000000}\n"
            + "redis: {url: '"
            + url
            + "'}";
    node =
        CacheNode.start(
            ConfigSource.parse("rebuild.yaml", yaml, Map.of()),
            new SimpleMeterRegistry(),
            OpenTelemetry.noop().getTracer("rebuild"));
    server = LocalServer.of(node.services(), List.of());
  }

  /** Prints writes a second, seconds to rebuild, and the longest lookup. */
  public static void main(String[] arguments) {
    if (arguments.length != 2) {
      System.err.println("usage: IndexRebuild REDIS_URL ENTRIES");
      System.exit(2);
    }
    int entries = Integer.parseInt(arguments[1]);
    IndexRebuild writer = new IndexRebuild(arguments[0]);
    double writes = writer.fill(entries);
    IndexRebuild late = new IndexRebuild(arguments[0]);
    long[] longest = new long[1];
    double seconds = late.awaitVectors(entries, longest);
    System.out.printf(
        Locale.ROOT,
        "%d entries: %.0f writes/s, rebuilt in %.1f s, longest lookup meanwhile %.1f ms%n",
        entries,
        writes,
        seconds,
        longest[0] / 1e6);
    writer.close();
    late.close();
  }

  private CacheServiceGrpc.CacheServiceBlockingStub stub() {
    return CacheServiceGrpc.newBlockingStub(server.channel(List.of()))
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private double fill(int entries) {
    Random random = new Random(1);
    int stored = 0;
    while (!stub().store(entry(0, random)).getStored()) {
      LockSupport.parkNanos(10_000_000);
    }
    long start = System.nanoTime();
    for (int i = 1; i < entries; i++) {
      stored += stub().store(entry(i, random)).getStored() ? 1 : 0;
    }
    if (stored != entries - 1) {
      throw new IllegalStateException(stored + " stored (expected: " + (entries - 1) + ")");
    }
    return stored / ((System.nanoTime() - start) / 1e9);
  }

  private double awaitVectors(int entries, long[] longest) {
    long start = System.nanoTime();
    long vectors = 0;
    while (vectors < entries) {
      long asked = System.nanoTime();
      var unused =
          stub()
              .lookup(
                  LookupRequest.newBuilder()
                      .setScope(SCOPE)
                      .setFingerprint(fingerprint(-1))
                      .build());
      longest[0] = Math.max(longest[0], System.nanoTime() - asked);
      vectors = stub().getStats(GetStatsRequest.getDefaultInstance()).getVectors();
      LockSupport.parkNanos(10_000_000);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static StoreRequest entry(int number, Random random) {
    StoreRequest.Builder request =
        StoreRequest.newBuilder()
            .setScope(SCOPE)
            .setFingerprint(fingerprint(number))
            .setText("text " + number)
            .setModelFingerprint("encoder")
            .setAnswer(
                CachedAnswer.newBuilder()
                    .setRaw(RawAnswer.newBuilder().setBody(ByteString.copyFrom(new byte[1000])))
                    .setText("answer " + number));
    for (int i = 0; i < DIMENSION; i++) {
      request.addEmbedding((float) random.nextGaussian());
    }
    return request.build();
  }

  private static ByteString fingerprint(int number) {
    return ByteString.copyFrom(ByteBuffer.allocate(32).putInt(number).array());
  }

  private void close() {
    server.close(Duration.ofSeconds(1));
    node.close();
  }
}
