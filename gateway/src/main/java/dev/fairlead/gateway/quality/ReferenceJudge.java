package dev.fairlead.gateway.quality;

import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Says how good an answer is beside the baseline's. Thread-safe; does not block. */
public interface ReferenceJudge {

  /**
   * Two answers to one question.
   *
   * @param question the last user text
   * @param answer what was served
   * @param reference what the baseline says
   */
  record Pair(String question, String answer, String reference) {}

  /**
   * Calls one of the two, on any thread.
   *
   * @param judged quality of the answer, 0 to 1, and what the verdict cost in nano-dollars
   */
  void judge(Pair pair, BiConsumer<Double, Long> judged, Consumer<Throwable> failed);

  /** A first look that costs nothing: the same words are the same answer. */
  static boolean sameWords(Pair pair) {
    return words(pair.answer()).equals(words(pair.reference()));
  }

  private static String words(String text) {
    return text.strip().toLowerCase(java.util.Locale.ROOT).replaceAll("[\\s\\p{Punct}]+", " ");
  }
}
