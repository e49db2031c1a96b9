package dev.fairlead.cache.verify;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Nearly the same content words must come in the same order: {@code from A to B} is not {@code from
 * B to A}. A paraphrase that only moves its parts is refused too; the cheap mistake is the right
 * one here.
 */
final class DirectionVeto implements Veto {

  private static final double OVERLAP = 0.75;

  @Override
  public Kind kind() {
    return Kind.DIRECTION;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    List<String> contentA = content(a);
    List<String> contentB = content(b);
    Set<String> wordsA = new LinkedHashSet<>(contentA);
    Set<String> wordsB = new LinkedHashSet<>(contentB);
    Set<String> all = new LinkedHashSet<>(wordsA);
    all.addAll(wordsB);
    wordsA.retainAll(contentB);
    wordsB.retainAll(contentA);
    boolean alike = wordsA.size() >= OVERLAP * all.size();
    return alike && !List.copyOf(wordsA).equals(List.copyOf(wordsB));
  }

  private static List<String> content(Phrase phrase) {
    return phrase.words().stream().filter(word -> !Words.FUNCTION_WORDS.contains(word)).toList();
  }
}
