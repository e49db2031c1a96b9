package dev.fairlead.tools.train.decoder;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Draws training sequences: whole examples behind one another until the context is full. Immutable.
 */
final class SequenceSource {

  private final List<int[]> examples;
  private final int context;

  SequenceSource(List<int[]> examples, int context) {
    this.examples = List.copyOf(examples);
    this.context = context;
  }

  /**
   * Tokens, and what follows each.
   *
   * @param targets -1 where nothing follows
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on inside this package only.
  record Sequence(int[] ids, int[] targets) {

    /** One example by itself. */
    static Sequence of(int[] example, int context) {
      int count = Math.min(context, example.length - 1);
      return new Sequence(Arrays.copyOf(example, count), Arrays.copyOfRange(example, 1, count + 1));
    }

    int counted() {
      return (int) Arrays.stream(targets).filter(target -> target >= 0).count();
    }
  }

  /** The next sequence; the first example is whole, the last may be cut. */
  Sequence draw(Random random) {
    int[] all = new int[context + 1];
    int size = 0;
    while (size < all.length) {
      int[] example = examples.get(random.nextInt(examples.size()));
      int count = Math.min(example.length, all.length - size);
      System.arraycopy(example, 0, all, size, count);
      size += count;
    }
    return Sequence.of(all, context);
  }
}
