package dev.fairlead.cache.index;

import dev.fairlead.cache.store.Embedding;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.SearchResult.NodeScore;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Entries in a graph of near neighbours (JVector: a hierarchy of Vamana graphs). One thread adds at
 * a time; any number may remove and search meanwhile. A removed entry stays as a way to others and
 * is never returned; when too many are {@link #gone}, a new graph is cheaper than taking them out.
 */
final class EntryGraph {

  private static final int DEGREE = 32;
  private static final int BEAM = 100;
  private static final float OVERFLOW = 1.2f;
  private static final float DIVERSITY = 1.2f;

  /** How many candidates a search keeps on its way. */
  private static final int CANDIDATES = 128;

  private static final VectorTypeSupport TYPES =
      VectorizationProvider.getInstance().getVectorTypeSupport();

  private final ConcurrentMap<Integer, VectorFloat<?>> vectors = new ConcurrentHashMap<>();
  private final ConcurrentMap<Integer, IndexedEntry> live = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Integer> nodeOf = new ConcurrentHashMap<>();
  private final RandomAccessVectorValues values;
  private final GraphIndexBuilder builder;

  EntryGraph(int dimension) {
    this.values = new Vectors(vectors, dimension);
    this.builder =
        new GraphIndexBuilder(
            BuildScoreProvider.randomAccessScoreProvider(
                values, VectorSimilarityFunction.DOT_PRODUCT),
            dimension,
            DEGREE,
            BEAM,
            OVERFLOW,
            DIVERSITY,
            true);
  }

  /** How many entries can be found. */
  int size() {
    return live.size();
  }

  /** How many were removed. */
  int gone() {
    return vectors.size() - live.size();
  }

  List<IndexedEntry> entries() {
    return List.copyOf(live.values());
  }

  /** Whether this very entry is in it, not one that took its place. */
  boolean holds(IndexedEntry entry) {
    Integer node = nodeOf.get(entry.id());
    return node != null && live.get(node) == entry;
  }

  /** Adds an entry whose id is not in it. Takes about a millisecond. */
  void add(IndexedEntry entry) {
    int node = vectors.size();
    VectorFloat<?> vector = TYPES.createFloatVector(entry.embedding().toArray());
    vectors.put(node, vector);
    builder.addGraphNode(node, vector);
    live.put(node, entry);
    nodeOf.put(entry.id(), node);
  }

  void remove(String id) {
    Integer node = nodeOf.remove(id);
    if (node != null) {
      live.remove(node);
    }
  }

  /** Removes this very entry, not one that took its place. */
  void remove(IndexedEntry entry) {
    if (holds(entry)) {
      remove(entry.id());
    }
  }

  List<Neighbour> search(Embedding query, int limit, Instant now) {
    if (live.isEmpty()) {
      return List.of();
    }
    DefaultSearchScoreProvider scores =
        DefaultSearchScoreProvider.exact(
            TYPES.createFloatVector(query.toArray()), VectorSimilarityFunction.DOT_PRODUCT, values);
    int candidates = Math.max(CANDIDATES, 4 * limit);
    try (GraphSearcher searcher = new GraphSearcher(builder.getGraph())) {
      SearchResult result =
          searcher.search(scores, candidates, candidates, 0, 0, node -> serves(node, now));
      List<Neighbour> found = new ArrayList<>(result.getNodes().length);
      for (NodeScore each : result.getNodes()) {
        IndexedEntry entry = live.get(each.node);
        if (entry != null) {
          found.add(new Neighbour(entry, query.cosine(entry.embedding())));
        }
      }
      return found.stream().sorted(Neighbour.NEAREST_FIRST).limit(limit).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
  }

  private boolean serves(int node, Instant now) {
    IndexedEntry entry = live.get(node);
    return entry != null && entry.expiresAt().isAfter(now);
  }

  /** The vectors as the library reads them. */
  private record Vectors(ConcurrentMap<Integer, VectorFloat<?>> byNode, int dimension)
      implements RandomAccessVectorValues {

    @Override
    public int size() {
      return byNode.size();
    }

    @Override
    public VectorFloat<?> getVector(int node) {
      VectorFloat<?> vector = byNode.get(node);
      if (vector == null) {
        throw new IllegalArgumentException("no node " + node);
      }
      return vector;
    }

    @Override
    public boolean isValueShared() {
      return false;
    }

    @Override
    public RandomAccessVectorValues copy() {
      return this;
    }
  }
}
