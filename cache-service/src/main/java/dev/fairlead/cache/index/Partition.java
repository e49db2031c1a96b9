package dev.fairlead.cache.index;

import dev.fairlead.cache.store.Embedding;
import java.time.Instant;
import java.util.List;

/** The entries of one scope and encoder. Thread-safe; searches wait for nobody. */
interface Partition {

  /** Of every embedding in it. */
  int dimension();

  int size();

  default boolean isEmpty() {
    return size() == 0;
  }

  /** Adds an entry, or replaces the one of the same id. */
  void add(IndexedEntry entry);

  /** Removes an entry, if it is there. */
  void remove(String id);

  /** The nearest that have not expired, nearest first; equally near ones by id. */
  List<Neighbour> search(Embedding query, int limit, Instant now);
}
