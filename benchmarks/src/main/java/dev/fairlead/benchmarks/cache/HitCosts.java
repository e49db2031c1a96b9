package dev.fairlead.benchmarks.cache;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.CacheNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.StoreRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What a hit costs and what a miss tells: memory of an entry, latency of exact hits, and whether a
 * tenant's misses take another time when another tenant has the very entry (two-sided Mann-Whitney
 * test; a small p-value would be a leak).
 *
 * <p>Arguments: URL of an empty Redis, or {@code memory}; entries; lookups of each kind.
 */
public final class HitCosts implements AutoCloseable {

  private static final int DIMENSION = 384;
  private static final int ANSWER_BYTES = 1000;

  private final LocalServer server;
  private final CacheNode node;
  private final CacheServiceBlockingStub stub;
  private final Random random = new Random(1);

  private HitCosts(String url, Duration nearTtl) {
    String redis = url.equals("memory") ? "" : "redis: {url: '" + url + "'}\n";
    String yaml =
        "cache: {ttl: 1h, policy: threshold, store_timeout: 1s, max_entries: 1000000,"
            + " max_bytes: 4294967296, near_ttl: "
            + nearTtl.toMillis()
            + "ms}\n"
            + redis;
    node =
        CacheNode.start(
            ConfigSource.parse("costs.yaml", yaml, Map.of()),
            new SimpleMeterRegistry(),
            OpenTelemetry.noop().getTracer("costs"));
    server = LocalServer.of(node.services(), List.of());
    stub = CacheServiceGrpc.newBlockingStub(server.channel(List.of()));
  }

  /** Prints the measurements, one a line. */
  public static void main(String[] arguments) {
    if (arguments.length != 3) {
      System.err.println("usage: HitCosts REDIS_URL|memory ENTRIES LOOKUPS");
      System.exit(2);
    }
    int entries = Integer.parseInt(arguments[1]);
    int lookups = Integer.parseInt(arguments[2]);
    try (HitCosts near = new HitCosts(arguments[0], Duration.ofMinutes(5))) {
      near.printMemory(entries);
      near.printHits("in the process", entries, lookups);
      near.printTiming(entries, lookups);
    }
    if (!arguments[0].equals("memory")) {
      try (HitCosts far = new HitCosts(arguments[0], Duration.ofMillis(1))) {
        far.awaitStore();
        far.printHits("in Redis", entries, lookups);
      }
    }
  }

  private void awaitStore() {
    while (!call().store(entry("warm-up", 0)).getStored()) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  private CacheServiceBlockingStub call() {
    return stub.withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private void printMemory(int entries) {
    awaitStore();
    long before = used();
    for (int i = 0; i < entries; i++) {
      if (!call().store(entry("acme", i)).getStored()) {
        throw new IllegalStateException("entry " + i + " was not stored");
      }
    }
    System.out.printf(
        Locale.ROOT,
        "memory of an entry with %d bytes of answer and %d numbers: %.1f KB%n",
        ANSWER_BYTES,
        DIMENSION,
        (used() - before) / 1024.0 / entries);
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 5; i++) {
      runtime.gc();
      LockSupport.parkNanos(100_000_000);
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private void printHits(String where, int entries, int lookups) {
    long[] nanos = new long[lookups];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < lookups; i++) {
        nanos[i] = lookup("acme", random.nextInt(entries), true);
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "exact hit %s: p50 %.1f us, p99 %.1f us%n",
        where,
        nanos[lookups / 2] / 1e3,
        nanos[(int) (lookups * 0.99)] / 1e3);
  }

  /** The same misses of a tenant, in turns: of what another tenant has, and of what nobody has. */
  private void printTiming(int entries, int lookups) {
    double[] known = new double[lookups];
    double[] unknown = new double[lookups];
    for (int i = -lookups; i < lookups; i++) {
      boolean knownFirst = random.nextBoolean();
      double first = lookup("globex", number(knownFirst, entries), false);
      double second = lookup("globex", number(!knownFirst, entries), false);
      if (i >= 0) {
        known[i] = knownFirst ? first : second;
        unknown[i] = knownFirst ? second : first;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "misses of what another tenant has: median %.1f us, of what nobody has: %.1f us, n %d"
            + " each, p %.3f%n",
        median(known) / 1e3,
        median(unknown) / 1e3,
        lookups,
        MannWhitney.twoSidedP(known, unknown));
  }

  private int number(boolean known, int entries) {
    return random.nextInt(entries) + (known ? 0 : entries);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private long lookup(String tenant, int number, boolean hit) {
    LookupRequest request =
        LookupRequest.newBuilder()
            .setScope(scope(tenant))
            .setFingerprint(fingerprint(number))
            .setText("text " + number)
            .build();
    long begun = System.nanoTime();
    boolean found = call().lookup(request).hasHit();
    long took = System.nanoTime() - begun;
    if (found != hit) {
      throw new IllegalStateException("entry " + number + (hit ? " is gone" : " is there"));
    }
    return took;
  }

  private StoreRequest entry(String tenant, int number) {
    byte[] answer = new byte[ANSWER_BYTES];
    random.nextBytes(answer);
    StoreRequest.Builder request =
        StoreRequest.newBuilder()
            .setScope(scope(tenant))
            .setFingerprint(fingerprint(number))
            .setText("text " + number)
            .setModelFingerprint("encoder")
            .setAnswer(
                CachedAnswer.newBuilder()
                    .setRaw(RawAnswer.newBuilder().setBody(ByteString.copyFrom(answer)))
                    .setText("answer " + number));
    for (int i = 0; i < DIMENSION; i++) {
      request.addEmbedding((float) random.nextGaussian());
    }
    return request.build();
  }

  private static CacheScope scope(String tenant) {
    return CacheScope.newBuilder()
        .setTenant(tenant)
        .setModel("auto")
        .setDigest(ByteString.copyFrom(new byte[32]))
        .build();
  }

  private static ByteString fingerprint(int number) {
    return ByteString.copyFrom(ByteBuffer.allocate(32).putInt(number).array());
  }

  @Override
  public void close() {
    server.close(Duration.ofSeconds(1));
    node.close();
  }
}
