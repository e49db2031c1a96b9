package dev.fairlead.benchmarks.cache;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.index.IndexedEntry;
import dev.fairlead.cache.index.Neighbour;
import dev.fairlead.cache.index.PartitionedIndex;
import dev.fairlead.cache.index.VectorIndex;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.EntryKey;
import dev.fairlead.cache.store.ScopeKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * How often the index finds the true nearest of real prompts, and how long it takes: the distinct
 * texts of the given files, a part of them held back and asked for, against a scan of everything. A
 * text as near as the true nearest counts as found.
 *
 * <p>Arguments: file for vectors, number of queries, files with rows that have a {@code text},
 * {@code prompt}, {@code q1} or {@code q2}.
 */
public final class IndexRecall {

  private static final ScopeKey SCOPE =
      new ScopeKey("recall", "auto", ByteString.copyFrom(new byte[32]));
  private static final String ENCODER = "encoder";
  private static final double AS_NEAR = 1e-6;

  private IndexRecall() {}

  /** Prints entries, queries, recall and latencies. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 3) {
      System.err.println("usage: IndexRecall VECTORS QUERIES ROWS.jsonl.gz...");
      System.exit(2);
    }
    List<String> texts = new ArrayList<>(texts(arguments));
    Collections.shuffle(texts, new Random(1));
    TextVectors vectors = TextVectors.of(texts, Path.of(arguments[0]));
    int asked = Integer.parseInt(arguments[1]);
    List<Embedding> queries =
        texts.subList(0, asked).stream().map(text -> Embedding.of(vectors.of(text))).toList();
    List<Embedding> kept =
        texts.subList(asked, texts.size()).stream()
            .map(text -> Embedding.of(vectors.of(text)))
            .toList();
    measure("codes", PartitionedIndex.scanning(512, InstantSource.system()), kept, queries);
    VectorIndex graph =
        PartitionedIndex.withGraphs(512, 1_000, 1_000, Runnable::run, InstantSource.system());
    measure("graph", graph, kept, queries);
  }

  private static Set<String> texts(String[] arguments) throws IOException {
    Set<String> texts = new LinkedHashSet<>();
    for (String file : Arrays.asList(arguments).subList(2, arguments.length)) {
      RecordedRequest.rows(
          Path.of(file),
          row -> {
            for (String member : List.of("text", "prompt", "q1", "q2")) {
              String text = row.path(member).asText("");
              if (!text.isBlank() && text.length() < 4096) {
                texts.add(text);
              }
            }
            return "";
          });
    }
    return texts;
  }

  private static IndexedEntry entry(int number, Embedding embedding) {
    ByteString fingerprint = ByteString.copyFrom(ByteBuffer.allocate(32).putInt(number).array());
    return new IndexedEntry(
        EntryKey.of(SCOPE, fingerprint),
        ENCODER,
        embedding,
        "",
        0,
        List.of(),
        Instant.EPOCH,
        Instant.MAX);
  }

  private static void measure(
      String name, VectorIndex index, List<Embedding> kept, List<Embedding> queries) {
    long start = System.nanoTime();
    for (int i = 0; i < kept.size(); i++) {
      index.put(entry(i, kept.get(i)));
    }
    double filled = (System.nanoTime() - start) / 1e9;
    int found = 0;
    int near = 0;
    int nearFound = 0;
    long[] nanos = new long[queries.size()];
    for (int i = 0; i < queries.size(); i++) {
      Embedding query = queries.get(i);
      long begun = System.nanoTime();
      List<Neighbour> best = index.search(SCOPE, ENCODER, query, 8);
      nanos[i] = System.nanoTime() - begun;
      double truth = kept.parallelStream().mapToDouble(query::cosine).max().orElseThrow();
      boolean right = best.getFirst().similarity() >= truth - AS_NEAR;
      found += right ? 1 : 0;
      if (truth >= 0.8) {
        near++;
        nearFound += right ? 1 : 0;
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%s: %d entries in %.1f s, %d queries: recall@1 %.4f; of the %d with a neighbour from 0.8"
            + " on %.4f; p50 %.2f ms, p99 %.2f ms%n",
        name,
        kept.size(),
        filled,
        queries.size(),
        (double) found / queries.size(),
        near,
        near == 0 ? 1 : (double) nearFound / near,
        nanos[nanos.length / 2] / 1e6,
        nanos[(int) (nanos.length * 0.99)] / 1e6);
  }
}
