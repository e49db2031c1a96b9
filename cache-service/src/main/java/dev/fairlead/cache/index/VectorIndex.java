package dev.fairlead.cache.index;

import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.ScopeKey;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * Nearest entries of one scope and one encoder. Thread-safe; writers wait for each other only,
 * searches for nobody. An entry is found from the moment {@link #put} returns until it is removed
 * or expires.
 */
public interface VectorIndex {

  /**
   * Adds an entry, or replaces the one of the same id. Constant time.
   *
   * @throws IllegalArgumentException when its dimension differs from that of the scope's other
   *     entries of its encoder
   */
  void put(IndexedEntry entry);

  /** Removes an entry; whether it was there. Constant time. */
  boolean remove(String id);

  /**
   * Removes an entry unless it has been replaced by one stored at another time; whether it was
   * there.
   */
  boolean remove(String id, Instant storedAt);

  /** Removes all that match and says how many. */
  int removeIf(Predicate<IndexedEntry> condition);

  /** Up to so many entries, every time others until all have been given, in no order. */
  List<IndexedEntry> sample(int count);

  /**
   * The nearest entries, nearest first; equally near ones by id. Never one of another scope or
   * encoder, never an expired one.
   *
   * @param limit most entries to return, at least 1
   * @throws IllegalArgumentException when the dimension differs from that of the scope's entries of
   *     this encoder
   */
  List<Neighbour> search(ScopeKey scope, String encoder, Embedding query, int limit);

  /** The dimension that embeddings of this scope and encoder must have; 0 while any will do. */
  int dimension(ScopeKey scope, String encoder);

  /**
   * How many entries a search of this scope would look at: small ones may be searched on an event
   * loop.
   */
  int size(ScopeKey scope, String encoder);

  /** How many entries there are, expired ones that were not removed yet included. */
  int size();
}
