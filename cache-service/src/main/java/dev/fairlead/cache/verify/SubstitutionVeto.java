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

  @Override
  public Kind kind() {
    return Kind.SUBSTITUTION;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    List<String> wordsA = a.words().stream().filter(word -> !Words.polite(word)).toList();
    List<String> wordsB = b.words().stream().filter(word -> !Words.polite(word)).toList();
    if (wordsA.size() != wordsB.size() || wordsA.size() < leastWords(wordsA)) {
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

  private static int leastWords(List<String> words) {
    return words.size() > 1 && Words.FUNCTION_WORDS.contains(words.get(1)) ? 3 : LEAST_WORDS;
  }

  private static boolean content(String word) {
    return !Words.FUNCTION_WORDS.contains(word) && !Phrase.isNumber(word);
  }

  private static boolean related(String one, String other) {
    return UnitVeto.same(one, other)
        || DateVeto.same(one, other)
        || WordForms.ofOneWord(one, other);
  }
}
