package dev.fairlead.benchmarks.cache;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.CacheNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.StoreRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Whole semantic lookups (exact lookup, search, vetoes, decision, reading the entry) of the cache
 * service in one scope of many entries, first alone, then while another thread stores at a steady
 * rate: latency of the lookups, and the rate that was kept. Embeddings come with the requests.
 *
 * <p>Arguments: URL of an empty Redis, or {@code memory}; entries; seconds of each part; writes a
 * second; where the vectors lie, {@code memory} (unless given) or {@code redis}.
 */
public final class LookupLoad implements AutoCloseable {

  private static final int DIMENSION = 384;
  private static final int TOPICS = 100;

  /** How far an entry is from its topic, and a question from its entry. */
  private static final double APART = 1.0;

  private static final double NEAR = 0.2;

  private static final CacheScope SCOPE =
      CacheScope.newBuilder()
          .setTenant("load")
          .setModel("auto")
          .setDigest(ByteString.copyFrom(new byte[32]))
          .build();

  private final CacheNode node;
  private final LocalServer server;
  private final Random topicRandom = new Random(1);
  private final List<float[]> topics = new ArrayList<>();

  private LookupLoad(String url, String vectors) {
    String redis = url.equals("memory") ? "" : "redis: {url: '" + url + "'}\n";
    String yaml =
        "cache: {ttl: 1h, policy: threshold, similarity: 0.9, store_timeout: 1s, max_entries:"
            + " 1000000, max_bytes: 4294967296, vectors: "
            + vectors
            + "}\n"
            + redis;
    node =
        CacheNode.start(
            ConfigSource.parse("load.yaml", yaml, Map.of()),
            new SimpleMeterRegistry(),
            OpenTelemetry.noop().getTracer("load"));
    server = LocalServer.of(node.services(), List.of());
    for (int i = 0; i < TOPICS; i++) {
      topics.add(direction(topicRandom));
    }
  }

  /** Prints the measurements, one a line. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 4 || arguments.length > 5) {
      System.err.println(
          "usage: LookupLoad REDIS_URL|memory ENTRIES SECONDS WRITES_A_SECOND [memory|redis]");
      System.exit(2);
    }
    int entries = Integer.parseInt(arguments[1]);
    int seconds = Integer.parseInt(arguments[2]);
    int rate = Integer.parseInt(arguments[3]);
    try (LookupLoad load =
        new LookupLoad(arguments[0], arguments.length > 4 ? arguments[4] : "memory")) {
      load.fill(entries);
      load.lookups(entries, seconds);
      System.out.println(entries + " entries, lookups alone: " + load.lookups(entries, seconds));
      AtomicBoolean over = new AtomicBoolean();
      long[] written = new long[1];
      Thread writer = Thread.ofPlatform().start(() -> written[0] = load.write(entries, rate, over));
      long begun = System.nanoTime();
      String beside = load.lookups(entries, seconds);
      over.set(true);
      writer.join();
      System.out.printf(
          Locale.ROOT,
          "%d entries, beside %.0f writes/s of %d: %s%n",
          entries,
          written[0] * 1e9 / (System.nanoTime() - begun),
          rate,
          beside);
    }
  }

  private CacheServiceBlockingStub stub() {
    return CacheServiceGrpc.newBlockingStub(server.channel(List.of()))
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private void fill(int entries) {
    while (!stub().store(entry(0)).getStored()) {
      LockSupport.parkNanos(10_000_000);
    }
    for (int i = 1; i < entries; i++) {
      if (!stub().store(entry(i)).getStored()) {
        throw new IllegalStateException("entry " + i + " was not stored");
      }
    }
  }

  /** Replaces entries at the rate until it is over; how many. */
  private long write(int entries, int rate, AtomicBoolean over) {
    Random random = new Random(3);
    long begun = System.nanoTime();
    long written = 0;
    while (!over.get()) {
      long due = begun + written * 1_000_000_000L / rate;
      long early = due - System.nanoTime();
      if (early > 0) {
        LockSupport.parkNanos(early);
      }
      if (!stub().store(entry(random.nextInt(entries))).getStored()) {
        throw new IllegalStateException("a write was refused");
      }
      written++;
    }
    return written;
  }

  private String lookups(int entries, int seconds) {
    Random random = new Random(2);
    List<Long> nanos = new ArrayList<>();
    int hits = 0;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end) {
      LookupRequest request = question(random.nextInt(entries), random);
      long begun = System.nanoTime();
      LookupResponse response = stub().lookup(request);
      nanos.add(System.nanoTime() - begun);
      hits += response.getHit().getKind() == CacheHit.Kind.KIND_SEMANTIC ? 1 : 0;
    }
    long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "p50 %.2f ms, p99 %.2f ms, n %d, hits %.1f %%",
        sorted[sorted.length / 2] / 1e6,
        sorted[(int) (sorted.length * 0.99)] / 1e6,
        sorted.length,
        100.0 * hits / sorted.length);
  }

  private LookupRequest question(int number, Random random) {
    return LookupRequest.newBuilder()
        .setScope(SCOPE)
        .setFingerprint(fingerprint(-1 - number))
        .setText("text")
        .setModelFingerprint("encoder")
        .addAllEmbedding(near(vector(number), NEAR, random))
        .setSemanticEligible(true)
        .build();
  }

  private StoreRequest entry(int number) {
    return StoreRequest.newBuilder()
        .setScope(SCOPE)
        .setFingerprint(fingerprint(number))
        .setText("text")
        .setModelFingerprint("encoder")
        .addAllEmbedding(boxed(vector(number)))
        .setAnswer(
            CachedAnswer.newBuilder()
                .setRaw(RawAnswer.newBuilder().setBody(ByteString.copyFrom(new byte[1000])))
                .setText("answer " + number))
        .build();
  }

  /** The same for the same number: something of a topic, and something of its own. */
  private float[] vector(int number) {
    float[] own = direction(new Random(number));
    return sum(topics.get(number % TOPICS), own, APART);
  }

  private static Iterable<Float> near(float[] vector, double apart, Random random) {
    return boxed(sum(vector, direction(random), apart));
  }

  private static float[] direction(Random random) {
    float[] values = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return sum(values, values, 0);
  }

  /** One vector and a share of another, of length 1. */
  private static float[] sum(float[] one, float[] other, double share) {
    float[] values = new float[DIMENSION];
    double square = 0;
    for (int i = 0; i < DIMENSION; i++) {
      values[i] = (float) (one[i] + share * other[i]);
      square += values[i] * values[i];
    }
    for (int i = 0; i < DIMENSION; i++) {
      values[i] /= (float) Math.sqrt(square);
    }
    return values;
  }

  private static List<Float> boxed(float[] values) {
    List<Float> boxed = new ArrayList<>(values.length);
    for (float value : values) {
      boxed.add(value);
    }
    return boxed;
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
