package dev.fairlead.onnx.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The merges of a byte-pair encoding. A word is merged pair by pair, the earliest learnt first and
 * of equal ones the leftmost, in O(n log n). Immutable and thread-safe.
 */
final class ByteMerges {

  private static final int ENDED = -1;

  private final Map<Long, Long> rankAndResult = new HashMap<>();

  /** Adds a merge; ranks come in order. */
  void add(int left, int right, int result) {
    rankAndResult.putIfAbsent(pair(left, right), pair(rankAndResult.size(), result));
  }

  int size() {
    return rankAndResult.size();
  }

  /** What is left of {@code ids} after all merges. */
  int[] apply(int[] ids) {
    int count = ids.length;
    int[] next = new int[count];
    int[] previous = new int[count];
    PriorityQueue<Long> candidates = new PriorityQueue<>();
    for (int i = 0; i < count; i++) {
      next[i] = i + 1 < count ? i + 1 : ENDED;
      previous[i] = i - 1;
    }
    for (int i = 0; i + 1 < count; i++) {
      propose(ids, next, i, candidates);
    }
    int left = count;
    while (!candidates.isEmpty()) {
      long candidate = candidates.poll();
      int at = (int) candidate;
      Long merge = at < 0 || ids[at] < 0 ? null : merge(ids, next, at);
      if (merge == null || merge >>> 32 != candidate >>> 32) {
        continue;
      }
      int gone = next[at];
      ids[at] = merge.intValue();
      ids[gone] = ENDED;
      next[at] = next[gone];
      if (next[at] != ENDED) {
        previous[next[at]] = at;
        propose(ids, next, at, candidates);
      }
      if (previous[at] >= 0) {
        propose(ids, next, previous[at], candidates);
      }
      left--;
    }
    return left == count ? ids : Arrays.stream(ids).filter(id -> id >= 0).toArray();
  }

  private void propose(int[] ids, int[] next, int at, PriorityQueue<Long> candidates) {
    Long merge = merge(ids, next, at);
    if (merge != null) {
      candidates.add((merge >>> 32 << 32) | at);
    }
  }

  private @org.jspecify.annotations.Nullable Long merge(int[] ids, int[] next, int at) {
    return next[at] == ENDED ? null : rankAndResult.get(pair(ids[at], ids[next[at]]));
  }

  private static long pair(int high, int low) {
    return ((long) high << 32) | low;
  }
}
