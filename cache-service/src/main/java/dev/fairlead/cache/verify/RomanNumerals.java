package dev.fairlead.cache.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Small Roman numerals, as in {@code type ii} and {@code Henry V}. */
final class RomanNumerals {

  /** Those that are hardly ever anything else; the empty ones are letters or words as well. */
  private static final List<String> NUMERALS =
      List.of(
          "", "", "ii", "iii", "iv", "", "vi", "vii", "viii", "ix", "", "xi", "xii", "xiii", "xiv",
          "xv", "xvi", "xvii", "xviii", "xix");

  private static final Set<String> LETTERS = Set.of("i", "v", "x");

  private RomanNumerals() {}

  /** The value of a numeral that cannot be taken for a word; 0 for all else. */
  static int value(String word) {
    return word.isEmpty() ? 0 : Math.max(0, NUMERALS.indexOf(word));
  }

  /**
   * Whether the same word has one numeral of a single letter in {@code a}, another in {@code b}.
   */
  static boolean differ(List<String> a, List<String> b) {
    Map<String, Set<String>> inA = letters(a);
    Map<String, Set<String>> inB = letters(b);
    return inA.entrySet().stream()
        .anyMatch(e -> !inB.getOrDefault(e.getKey(), e.getValue()).equals(e.getValue()));
  }

  private static Map<String, Set<String>> letters(List<String> words) {
    Map<String, Set<String>> letters = new HashMap<>();
    for (int i = 1; i < words.size(); i++) {
      if (LETTERS.contains(words.get(i))) {
        letters.computeIfAbsent(words.get(i - 1), word -> new HashSet<>()).add(words.get(i));
      }
    }
    return letters;
  }
}
