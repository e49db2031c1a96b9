package dev.fairlead.onnx.learning;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Which labels are of the same prompt, told by equal embeddings. Such labels say little that is new
 * beside one another, and are held back, drawn and shuffled together.
 *
 * @param rows of every prompt, in the order of the first
 */
@SuppressWarnings("ArrayRecordComponent") // Used inside this package only.
record PromptGroups(int[][] rows) {

  static PromptGroups of(List<LabelledPrompt> labels) {
    Map<FloatBuffer, IntStream.Builder> known = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      FloatBuffer key = FloatBuffer.wrap(labels.get(i).embedding());
      known.computeIfAbsent(key, ignored -> IntStream.builder()).add(i);
    }
    return new PromptGroups(
        known.values().stream().map(found -> found.build().toArray()).toArray(int[][]::new));
  }

  /** Different prompts. */
  int count() {
    return rows.length;
  }

  /** The fold of every row: all of a prompt in the same, and folds of about as many prompts. */
  int[] folds(int folds, long seed) {
    int[] fold = new int[Arrays.stream(rows).mapToInt(group -> group.length).sum()];
    int[] order = order(seed);
    for (int i = 0; i < order.length; i++) {
      for (int row : rows[order[i]]) {
        fold[row] = i % folds;
      }
    }
    return fold;
  }

  /** As many prompts as there are, drawn with replacement, with all their rows. */
  int[] drawn(Random random) {
    return random
        .ints(rows.length, 0, rows.length)
        .flatMap(group -> IntStream.of(rows[group]))
        .toArray();
  }

  /** For every row the one whose value it gets: those of a prompt mostly from one other. */
  int[] shuffled(long seed) {
    int[] from = flat(order(seed));
    int[] to = flat(IntStream.range(0, rows.length).toArray());
    int[] source = new int[from.length];
    for (int i = 0; i < from.length; i++) {
      source[to[i]] = from[i];
    }
    return source;
  }

  private int[] flat(int[] groups) {
    return IntStream.of(groups).flatMap(group -> IntStream.of(rows[group])).toArray();
  }

  private int[] order(long seed) {
    int[] order = IntStream.range(0, rows.length).toArray();
    Random random = new Random(seed);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
