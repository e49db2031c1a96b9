package dev.fairlead.tools.train.decoder;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Draws training sequences: one or two examples, and now and then so many that the context is full,
 * so that every position is learnt. Only answers count in the loss. Immutable.
 */
final class SequenceSource {

  private static final double FULL = 0.2;

  private final List<Example> examples;
  private final int context;

  SequenceSource(List<Example> examples, int context) {
    this.examples = List.copyOf(examples);
    this.context = context;
  }

  /**
   * Tokens of a question and its answer.
   *
   * @param answerAt index of the answer's first token
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on inside this package only.
  record Example(int[] ids, int answerAt) {}

  /**
   * Tokens, and what follows each.
   *
   * @param targets -1 where what follows is no answer
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on inside this package only.
  record Sequence(int[] ids, int[] targets) {

    int counted() {
      return (int) Arrays.stream(targets).filter(target -> target >= 0).count();
    }
  }

  /** The next sequence; its last example may be cut at the context's end. */
  Sequence draw(Random random) {
    int count = random.nextDouble() < FULL ? Integer.MAX_VALUE : 1 + random.nextInt(2);
    int[] ids = new int[context];
    int[] targets = new int[context];
    Arrays.fill(targets, -1);
    int size = 0;
    for (int i = 0; i < count && size < context; i++) {
      Example example = examples.get(random.nextInt(examples.size()));
      for (int t = 0; t < example.ids().length && size < context; t++, size++) {
        ids[size] = example.ids()[t];
        if (t >= example.answerAt() && size > 0) {
          targets[size - 1] = ids[size];
        }
      }
    }
    return new Sequence(Arrays.copyOf(ids, size), Arrays.copyOf(targets, size));
  }
}
