package dev.fairlead.cache.verify;

import java.util.List;

/**
 * No content word replaced by another one where everything else is the same, word by word: such a
 * pair differs in exactly what it is about ({@code basketball shoes}, {@code hockey shoes}). Forms
 * of the same word are let pass.
 */
final class SubstitutionVeto implements Veto {

  /** Below this many words a pair shares too little for the rest to be called the same. */
  private static final int LEAST_WORDS = 4;

  private static final int STEM = 4;

  @Override
  public Kind kind() {
    return Kind.SUBSTITUTION;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    List<String> wordsA = a.words().stream().filter(word -> !Words.polite(word)).toList();
    List<String> wordsB = b.words().stream().filter(word -> !Words.polite(word)).toList();
    if (wordsA.size() != wordsB.size() || wordsA.size() < LEAST_WORDS) {
      return false;
    }
    int replaced = 0;
    for (int i = 0; i < wordsA.size(); i++) {
      String one = wordsA.get(i);
      String other = wordsB.get(i);
      if (!one.equals(other)) {
        replaced++;
        if (replaced > 1 || !content(one) || !content(other) || related(one, other)) {
          return false;
        }
      }
    }
    return replaced == 1;
  }

  private static boolean content(String word) {
    return !Words.FUNCTION_WORDS.contains(word) && !Phrase.isNumber(word);
  }

  /**
   * Spellings of a unit or a day, inflections, and words that begin alike: {@code pay} and {@code
   * payment}.
   */
  private static boolean related(String one, String other) {
    if (UnitVeto.same(one, other) || DateVeto.same(one, other)) {
      return true;
    }
    int shared = 0;
    int shorter = Math.min(one.length(), other.length());
    while (shared < shorter && one.charAt(shared) == other.charAt(shared)) {
      shared++;
    }
    return shared >= STEM || shared == shorter;
  }
}
