package dev.fairlead.cache.index;

import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.ScopeKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Partition} for every scope and encoder, made with the first entry and dropped with the
 * last.
 */
public final class PartitionedIndex implements VectorIndex {

  private final ConcurrentMap<Place, Partition> partitions = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, IndexedEntry> entries = new ConcurrentHashMap<>();
  private final IntFunction<Partition> newPartition;
  private final InstantSource clock;
  private final Object sampling = new Object();

  /** Where the next sample goes on. */
  private Iterator<IndexedEntry> sampled = entries.values().iterator();

  private PartitionedIndex(IntFunction<Partition> newPartition, InstantSource clock) {
    this.newPartition = newPartition;
    this.clock = clock;
  }

  /**
   * An empty index whose scopes are scanned: exactly, or by codes and then exactly.
   *
   * @param exactUpTo scopes of up to so many entries are scanned exactly, 0 or more; {@link
   *     Integer#MAX_VALUE} makes it an exact index
   */
  public static PartitionedIndex scanning(int exactUpTo, InstantSource clock) {
    return new PartitionedIndex(dimension -> new SignCodePartition(dimension, exactUpTo), clock);
  }

  /**
   * An empty index that scans small scopes as {@link #scanning} does, and gives large ones a graph.
   *
   * @param graphFrom entries of a scope from which on a graph is made, 0 or more
   * @param fresh entries outside the graph, once there is one, that are moved into it together
   * @param background makes the graph, one piece of work at a time; what it has not done yet is
   *     scanned
   */
  public static PartitionedIndex withGraphs(
      int exactUpTo, int graphFrom, int fresh, Executor background, InstantSource clock) {
    return new PartitionedIndex(
        dimension -> new GraphPartition(dimension, exactUpTo, graphFrom, fresh, background), clock);
  }

  @Override
  public void put(IndexedEntry entry) {
    entries.compute(
        entry.id(),
        (id, old) -> {
          Place place = Place.of(entry);
          checkDimension(partitions.get(place), entry.embedding());
          if (old != null) {
            take(old);
          }
          partitions.compute(
              place,
              (key, existing) -> {
                Partition partition =
                    existing == null ? newPartition.apply(entry.embedding().dimension()) : existing;
                checkDimension(partition, entry.embedding());
                partition.add(entry);
                return partition;
              });
          return entry;
        });
  }

  @Override
  public boolean remove(String id) {
    return removeWhen(id, entry -> true);
  }

  @Override
  public boolean remove(String id, Instant storedAt) {
    return removeWhen(id, entry -> entry.storedAt().equals(storedAt));
  }

  @Override
  public int removeIf(Predicate<IndexedEntry> condition) {
    int removed = 0;
    for (IndexedEntry entry : entries.values()) {
      if (condition.test(entry) && removeWhen(entry.id(), condition)) {
        removed++;
      }
    }
    return removed;
  }

  @Override
  public List<IndexedEntry> sample(int count) {
    synchronized (sampling) {
      List<IndexedEntry> sample = new ArrayList<>(count);
      for (int rounds = 0; sample.size() < count && rounds < 2; rounds++) {
        while (sample.size() < count && sampled.hasNext()) {
          sample.add(sampled.next());
        }
        if (!sampled.hasNext()) {
          sampled = entries.values().iterator();
        }
      }
      return sample;
    }
  }

  private boolean removeWhen(String id, Predicate<IndexedEntry> condition) {
    boolean[] removed = new boolean[1];
    entries.computeIfPresent(
        id,
        (key, entry) -> {
          removed[0] = condition.test(entry);
          if (!removed[0]) {
            return entry;
          }
          take(entry);
          return null;
        });
    return removed[0];
  }

  private void take(IndexedEntry entry) {
    partitions.computeIfPresent(
        Place.of(entry),
        (place, partition) -> {
          partition.remove(entry.id());
          return partition.isEmpty() ? null : partition;
        });
  }

  @Override
  public List<Neighbour> search(ScopeKey scope, String encoder, Embedding query, int limit) {
    Partition partition = partitions.get(new Place(scope, encoder));
    if (partition == null) {
      return List.of();
    }
    checkDimension(partition, query);
    return partition.search(query, limit, clock.instant());
  }

  @Override
  public int dimension(ScopeKey scope, String encoder) {
    Partition partition = partitions.get(new Place(scope, encoder));
    return partition == null ? 0 : partition.dimension();
  }

  @Override
  public int size(ScopeKey scope, String encoder) {
    Partition partition = partitions.get(new Place(scope, encoder));
    return partition == null ? 0 : partition.size();
  }

  @Override
  public int size() {
    return entries.size();
  }

  private static void checkDimension(@Nullable Partition partition, Embedding embedding) {
    if (partition != null && partition.dimension() != embedding.dimension()) {
      throw new IllegalArgumentException(
          "dimension " + embedding.dimension() + " (expected: " + partition.dimension() + ")");
    }
  }

  private record Place(ScopeKey scope, String encoder) {
    static Place of(IndexedEntry entry) {
      return new Place(entry.key().scope(), entry.encoder());
    }
  }
}
