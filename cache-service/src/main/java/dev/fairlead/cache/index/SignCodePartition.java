package dev.fairlead.cache.index;

import dev.fairlead.cache.store.Embedding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one scope and encoder. Small ones are scanned exactly; in larger ones the Hamming
 * distance of 1-bit sign codes picks candidates, whose exact cosine then decides (which costs no
 * recall on real sentence embeddings: see RATIONALE.md).
 *
 * <p>Searches take no lock. Writers hold the monitor and change the arrays in place: a search that
 * runs at the same time may see a slot's old or new code, which can only make it a worse or better
 * candidate; what it returns is read from one immutable entry and is therefore right.
 */
final class SignCodePartition implements Partition {

  /** How many candidates the sign codes pick. */
  static final int CANDIDATES = 128;

  private final int dimension;
  private final int words;
  private final int exactUpTo;
  private final Map<String, Integer> slotOf = new HashMap<>();
  private volatile Slots slots;

  /** Parallel arrays; the first {@code size} slots are in use. */
  private record Slots(long[] codes, @Nullable IndexedEntry[] entries, int size) {}

  /**
   * An empty partition.
   *
   * @param exactUpTo up to so many entries each is compared exactly, 0 or more
   */
  SignCodePartition(int dimension, int exactUpTo) {
    this.dimension = dimension;
    this.exactUpTo = exactUpTo;
    this.words = Embedding.words(dimension);
    this.slots = new Slots(new long[4 * words], new IndexedEntry[4], 0);
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int size() {
    return slots.size();
  }

  @Override
  public synchronized void add(IndexedEntry entry) {
    remove(entry.id());
    Slots current = slots;
    int slot = current.size();
    if (slot == current.entries().length) {
      current =
          new Slots(
              Arrays.copyOf(current.codes(), 2 * current.codes().length),
              Arrays.copyOf(current.entries(), 2 * slot),
              slot);
    }
    entry.embedding().writeSigns(current.codes(), slot * words);
    current.entries()[slot] = entry;
    slotOf.put(entry.id(), slot);
    slots = new Slots(current.codes(), current.entries(), slot + 1);
  }

  /**
   * Moves the last entry into the gap. A search under way may then miss the moved one or see it
   * twice, never a wrong one.
   */
  @Override
  public synchronized void remove(String id) {
    Integer slot = slotOf.remove(id);
    if (slot == null) {
      return;
    }
    Slots current = slots;
    int last = current.size() - 1;
    IndexedEntry moved = current.entries()[last];
    if (slot != last && moved != null) {
      System.arraycopy(current.codes(), last * words, current.codes(), slot * words, words);
      current.entries()[slot] = moved;
      slotOf.put(moved.id(), slot);
    }
    slots = new Slots(current.codes(), current.entries(), last);
    current.entries()[last] = null;
  }

  @Override
  public List<Neighbour> search(Embedding query, int limit, Instant now) {
    Slots current = slots;
    List<IndexedEntry> candidates =
        current.size() <= exactUpTo
            ? all(current)
            : nearestCodes(current, query, Math.max(CANDIDATES, 4 * limit));
    return candidates.stream()
        .filter(entry -> entry.expiresAt().isAfter(now))
        .map(entry -> new Neighbour(entry, query.cosine(entry.embedding())))
        .sorted(Neighbour.NEAREST_FIRST)
        .distinct()
        .limit(limit)
        .toList();
  }

  /** What is in it now. */
  List<IndexedEntry> entries() {
    return all(slots);
  }

  /** Whether this very entry is in it, not one that took its place. */
  synchronized boolean holds(IndexedEntry entry) {
    Integer slot = slotOf.get(entry.id());
    return slot != null && slots.entries()[slot] == entry;
  }

  private static List<IndexedEntry> all(Slots current) {
    List<IndexedEntry> found = new ArrayList<>(current.size());
    for (int slot = 0; slot < current.size(); slot++) {
      IndexedEntry entry = current.entries()[slot];
      if (entry != null) {
        found.add(entry);
      }
    }
    return found;
  }

  private List<IndexedEntry> nearestCodes(Slots current, Embedding query, int count) {
    long[] signs = new long[words];
    query.writeSigns(signs, 0);
    // Largest distance first, packed as distance and slot, so that the worst candidate is the one
    // to give way.
    PriorityQueue<Long> best = new PriorityQueue<>(count, Comparator.reverseOrder());
    int worst = Integer.MAX_VALUE;
    for (int slot = 0; slot < current.size(); slot++) {
      int distance = distance(current.codes(), slot * words, signs);
      if (distance < worst) {
        if (best.size() == count) {
          best.poll();
        }
        best.add((long) distance << Integer.SIZE | slot);
        worst = best.size() < count ? Integer.MAX_VALUE : (int) (best.element() >> Integer.SIZE);
      }
    }
    List<IndexedEntry> found = new ArrayList<>(best.size());
    for (long packed : best) {
      IndexedEntry entry = current.entries()[(int) packed];
      if (entry != null) {
        found.add(entry);
      }
    }
    return found;
  }

  private static int distance(long[] codes, int offset, long[] signs) {
    int distance = 0;
    for (int word = 0; word < signs.length; word++) {
      distance += Long.bitCount(codes[offset + word] ^ signs[word]);
    }
    return distance;
  }
}
