package dev.fairlead.cache.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether two long answers that sound alike say different things: what vectors cannot tell, because
 * one number or name of a hundred words hardly moves them. An answer in other words may leave out a
 * number or a name, so both must have one that the other lacks; where nearly every word is the
 * same, what differs counts as it does in requests.
 */
final class Contradiction {

  /** From this share of common words on (Dice coefficient), two answers are the same but edited. */
  private static final double EDITED = 0.9;

  private static final Verifier WORD_BY_WORD = new Verifier();
  private static final EntityVeto NAMES = new EntityVeto();

  private Contradiction() {}

  static boolean between(String kept, String fresh) {
    Phrase a = Phrase.of(kept);
    Phrase b = Phrase.of(fresh);
    if (NAMES.refuses(a, b) || (hasDigitsMissingIn(a, b) && hasDigitsMissingIn(b, a))) {
      return true;
    }
    return dice(a.words(), b.words()) >= EDITED && WORD_BY_WORD.refusal(fresh, kept).isPresent();
  }

  /** Digits only: {@code one} and {@code two} come and go when a sentence is put another way. */
  private static boolean hasDigitsMissingIn(Phrase a, Phrase b) {
    Set<String> numbers = new HashSet<>(NumberVeto.numbers(b));
    return a.words().stream().filter(Phrase::isNumber).anyMatch(word -> !numbers.contains(word));
  }

  private static double dice(List<String> a, List<String> b) {
    Map<String, Integer> left = new HashMap<>();
    a.forEach(word -> left.merge(word, 1, Integer::sum));
    int shared = 0;
    for (String word : b) {
      if (left.merge(word, -1, Integer::sum) >= 0) {
        shared++;
      }
    }
    return 2.0 * shared / (a.size() + b.size());
  }
}
