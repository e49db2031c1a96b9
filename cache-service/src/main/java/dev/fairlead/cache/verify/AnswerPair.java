package dev.fairlead.cache.verify;

import java.util.List;

/**
 * Two answers side by side, as written and as words. Case, punctuation and spacing are gone from
 * the words.
 */
record AnswerPair(String kept, String fresh, List<String> keptWords, List<String> freshWords) {

  /** Up to here, in words, an answer is short: one other word can be another answer. */
  private static final int SHORT_WORDS = 64;

  static AnswerPair of(String kept, String fresh) {
    return new AnswerPair(kept, fresh, Phrase.of(kept).words(), Phrase.of(fresh).words());
  }

  /** Whether one of them holds no words, such as {@code +}. */
  boolean wordless() {
    return keptWords.isEmpty() || freshWords.isEmpty();
  }

  /** Whether equality is the only thing to go by. */
  boolean isShort() {
    return wordless() || Math.max(keptWords.size(), freshWords.size()) <= SHORT_WORDS;
  }

  boolean equal() {
    return wordless() ? kept.strip().equals(fresh.strip()) : keptWords.equals(freshWords);
  }
}
