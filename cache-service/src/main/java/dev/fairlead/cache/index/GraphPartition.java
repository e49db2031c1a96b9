package dev.fairlead.cache.index;

import dev.fairlead.cache.store.Embedding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A scope that may become too large to be scanned. New entries are scanned; when there are many of
 * them, they move into a graph in the background, where they are found without a scan. An entry is
 * in the graph before it is no longer among the new ones, so that a search misses none.
 */
final class GraphPartition implements Partition {

  private final SignCodePartition fresh;
  private final int exactUpTo;
  private final int graphFrom;
  private final int freshMost;
  private final Executor background;
  private final AtomicBoolean moving = new AtomicBoolean();
  private volatile @Nullable EntryGraph graph;

  /**
   * An empty partition without a graph.
   *
   * @param exactUpTo as {@link SignCodePartition} takes it
   * @param graphFrom entries from which on there is a graph
   * @param freshMost new entries, once there is one, that are moved into it together
   */
  GraphPartition(int dimension, int exactUpTo, int graphFrom, int freshMost, Executor background) {
    this.fresh = new SignCodePartition(dimension, exactUpTo);
    this.exactUpTo = exactUpTo;
    this.graphFrom = graphFrom;
    this.freshMost = freshMost;
    this.background = background;
  }

  @Override
  public int dimension() {
    return fresh.dimension();
  }

  @Override
  public int size() {
    EntryGraph current = graph;
    return fresh.size() + (current == null ? 0 : current.size());
  }

  @Override
  public void add(IndexedEntry entry) {
    synchronized (this) {
      remove(entry.id());
      fresh.add(entry);
    }
    int most = graph == null ? graphFrom : freshMost;
    if (fresh.size() > most && moving.compareAndSet(false, true)) {
      try {
        background.execute(this::move);
      } catch (RejectedExecutionException e) {
        // The index is being closed, or busy: the entries are scanned as before.
        moving.set(false);
      }
    }
  }

  @Override
  public synchronized void remove(String id) {
    fresh.remove(id);
    EntryGraph current = graph;
    if (current != null) {
      current.remove(id);
    }
  }

  @Override
  public List<Neighbour> search(Embedding query, int limit, Instant now) {
    // In this order: what leaves the new ones meanwhile is in the graph already.
    List<Neighbour> found = new ArrayList<>(fresh.search(query, limit, now));
    EntryGraph current = graph;
    if (current != null) {
      found.addAll(current.search(query, limit, now));
    }
    return found.stream().sorted(Neighbour.NEAREST_FIRST).distinct().limit(limit).toList();
  }

  private void move() {
    try {
      EntryGraph target = targetGraph();
      for (IndexedEntry entry : fresh.entries()) {
        target.add(entry);
        synchronized (this) {
          if (fresh.holds(entry)) {
            fresh.remove(entry.id());
          } else {
            target.remove(entry);
          }
        }
      }
    } finally {
      moving.set(false);
    }
  }

  /** The graph to move into: a new one when most of the old one's entries are gone. */
  private EntryGraph targetGraph() {
    EntryGraph current = graph;
    if (current != null && current.gone() <= Math.max(exactUpTo, current.size())) {
      return current;
    }
    EntryGraph made = new EntryGraph(dimension());
    List<IndexedEntry> kept = current == null ? List.of() : current.entries();
    kept.forEach(made::add);
    synchronized (this) {
      if (current != null) {
        kept.stream().filter(entry -> !current.holds(entry)).forEach(made::remove);
      }
      graph = made;
    }
    return made;
  }
}
