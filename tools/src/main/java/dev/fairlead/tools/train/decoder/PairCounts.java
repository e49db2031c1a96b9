package dev.fairlead.tools.train.decoder;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How often each pair of neighbouring pieces occurs in some words, kept up to date while pairs are
 * merged: a merge costs what the words with that pair cost and not what all words do. Not
 * thread-safe.
 */
final class PairCounts {

  private static final Comparator<Entry> MOST_FIRST =
      Comparator.comparingLong((Entry entry) -> -entry.count())
          .thenComparing(entry -> entry.pair().left())
          .thenComparing(entry -> entry.pair().right());

  private final List<List<String>> words = new ArrayList<>();
  private final List<Integer> weights = new ArrayList<>();
  private final Map<Pair, Long> counts = new HashMap<>();
  private final Map<Pair, Set<Integer>> places = new HashMap<>();
  private final PriorityQueue<Entry> queue = new PriorityQueue<>(MOST_FIRST);

  /** Two pieces, one after the other. */
  record Pair(String left, String right) {
    String joined() {
      return left + right;
    }
  }

  /** What a pair's count was when it was queued. */
  private record Entry(Pair pair, long count) {}

  /** A word as its letters, and how often it occurs. */
  void add(List<String> letters, int weight) {
    int index = words.size();
    words.add(new ArrayList<>(letters));
    weights.add(weight);
    count(index, weight, new HashSet<>());
    for (int i = 0; i + 1 < letters.size(); i++) {
      queued(new Pair(letters.get(i), letters.get(i + 1)));
    }
  }

  /** The pair that occurs most often, twice or more; of equal ones the first; null without one. */
  @Nullable Pair mostFrequent() {
    for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
      long now = counts.getOrDefault(entry.pair(), 0L);
      if (now == entry.count() && now > 1) {
        return entry.pair();
      }
    }
    return null;
  }

  /** Joins the pair wherever it occurs. */
  void merge(Pair pair) {
    Set<Pair> touched = new HashSet<>();
    for (int index : List.copyOf(places.getOrDefault(pair, Set.of()))) {
      List<String> word = words.get(index);
      count(index, -weights.get(index), touched);
      for (int i = 0; i + 1 < word.size(); i++) {
        if (word.get(i).equals(pair.left()) && word.get(i + 1).equals(pair.right())) {
          word.set(i, pair.joined());
          word.remove(i + 1);
        }
      }
      count(index, weights.get(index), touched);
    }
    touched.forEach(this::queued);
  }

  private void count(int index, long weight, Set<Pair> touched) {
    List<String> word = words.get(index);
    for (int i = 0; i + 1 < word.size(); i++) {
      Pair pair = new Pair(word.get(i), word.get(i + 1));
      touched.add(pair);
      counts.merge(pair, weight, Long::sum);
      if (weight > 0) {
        places.computeIfAbsent(pair, p -> new HashSet<>()).add(index);
      } else if (places.containsKey(pair)) {
        places.get(pair).remove(index);
      }
    }
  }

  /** Older entries of the same pair are passed over when they come up. */
  private void queued(Pair pair) {
    long count = counts.getOrDefault(pair, 0L);
    if (count > 1) {
      queue.add(new Entry(pair, count));
    }
  }
}
