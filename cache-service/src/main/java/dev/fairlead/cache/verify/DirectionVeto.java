package dev.fairlead.cache.verify;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The same words must come in the same order: {@code from A to B} is not {@code from B to A}.
 * Looked at twice: when all words are the same, every one counts; when most content words are, only
 * these. A paraphrase that only moves its parts is refused too; the cheap mistake is the right one
 * here.
 */
final class DirectionVeto implements Veto {

  private static final double OVERLAP = 0.75;

  @Override
  public Kind kind() {
    return Kind.DIRECTION;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return reordered(a, b, word -> !Words.polite(word), 1)
        || reordered(a, b, word -> !Words.FUNCTION_WORDS.contains(word), OVERLAP);
  }

  /** Whether the two share at least this much of the chosen words, in another order. */
  private static boolean reordered(
      Phrase a, Phrase b, Predicate<String> chosen, double leastShared) {
    List<String> inA = a.words().stream().filter(chosen).toList();
    List<String> inB = b.words().stream().filter(chosen).toList();
    Map<String, Integer> countsA = Words.counts(inA);
    Map<String, Integer> countsB = Words.counts(inB);
    // A word that one text has more often cannot be matched up, so its places say nothing.
    Set<String> shared = new HashSet<>(countsA.keySet());
    shared.removeIf(word -> !Objects.equals(countsA.get(word), countsB.get(word)));
    Set<String> all = new HashSet<>(countsA.keySet());
    all.addAll(countsB.keySet());
    if (shared.size() < leastShared * all.size()) {
      return false;
    }
    return !inA.stream()
        .filter(shared::contains)
        .toList()
        .equals(inB.stream().filter(shared::contains).toList());
  }
}
