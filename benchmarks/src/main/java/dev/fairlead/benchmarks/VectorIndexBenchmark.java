package dev.fairlead.benchmarks;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.index.IndexedEntry;
import dev.fairlead.cache.index.Neighbour;
import dev.fairlead.cache.index.PartitionedIndex;
import dev.fairlead.cache.index.VectorIndex;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.EntryKey;
import dev.fairlead.cache.store.ScopeKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One search for the eight nearest entries of a scope: what a semantic lookup costs without the
 * embedding. The vectors are a hundred directions with noise, 384 numbers each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class VectorIndexBenchmark {

  private static final int DIMENSION = 384;
  private static final int NEIGHBOURS = 8;
  private static final String ENCODER = "encoder";

  /** Entries of the scope. */
  @Param({"10000", "100000"})
  public int entries;

  /** Entries that another thread replaces a second meanwhile. */
  @Param({"0", "1000"})
  public int writesPerSecond;

  private final ScopeKey scope = new ScopeKey("acme", "auto", ByteString.copyFrom(new byte[32]));
  private final VectorIndex index = PartitionedIndex.scanning(512, InstantSource.system());
  private final Random random = new Random(1);
  private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
  private Embedding[] queries = {};

  /** Fills the index. */
  @Setup
  public void fill() {
    for (int i = 0; i < entries; i++) {
      index.put(entry(i, random));
    }
    queries = new Embedding[1000];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = vector(random);
    }
    if (writesPerSecond > 0) {
      Random writes = new Random(2);
      long nanos = TimeUnit.SECONDS.toNanos(1) / writesPerSecond;
      var unused =
          writer.scheduleAtFixedRate(
              () -> index.put(entry(writes.nextInt(entries), writes)),
              nanos,
              nanos,
              TimeUnit.NANOSECONDS);
    }
  }

  /** Ends the writer. */
  @TearDown
  public void stop() {
    writer.shutdownNow();
  }

  /** One search. */
  @Benchmark
  public List<Neighbour> search() {
    Embedding query = queries[random.nextInt(queries.length)];
    return index.search(scope, ENCODER, query, NEIGHBOURS);
  }

  private IndexedEntry entry(int number, Random random) {
    ByteString fingerprint = ByteString.copyFrom(ByteBuffer.allocate(32).putInt(number).array());
    return new IndexedEntry(
        EntryKey.of(scope, fingerprint),
        ENCODER,
        vector(random),
        "text " + number,
        number,
        List.of(),
        Instant.EPOCH,
        Instant.MAX);
  }

  private static Embedding vector(Random random) {
    Random centre = new Random(random.nextInt(100));
    float[] values = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      values[i] = (float) (centre.nextGaussian() + random.nextGaussian());
    }
    return Embedding.of(values);
  }
}
