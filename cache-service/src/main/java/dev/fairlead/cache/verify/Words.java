package dev.fairlead.cache.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Word lists that several vetoes share, and how lists are written down. */
final class Words {

  /** English words that carry structure rather than content. */
  static final Set<String> FUNCTION_WORDS =
      Set.of(
          "a", "an", "the", "is", "are", "was", "were", "be", "been", "am", "do", "does", "did",
          "of", "in", "on", "at", "to", "for", "from", "by", "with", "and", "or", "as", "it", "its",
          "this", "that", "these", "those", "i", "me", "my", "we", "us", "our", "you", "your",
          "can", "could", "would", "should", "will", "shall", "may", "might", "must", "have", "has",
          "had", "please", "tell", "give", "show", "what", "which", "who", "whom", "whose", "how",
          "when", "where", "why", "there", "so", "if", "then", "just", "some", "any", "about",
          "also", "kindly", "hey", "hi", "hello", "thanks", "thank", "want", "need", "know", "like",
          "get", "let");

  /** Words that only make a request friendlier, wherever they stand. */
  private static final Set<String> POLITE =
      Set.of("please", "kindly", "hey", "hi", "hello", "thanks", "thank");

  private Words() {}

  /** Whether a word only makes a request friendlier. */
  static boolean polite(String word) {
    return POLITE.contains(word);
  }

  /** How often each word occurs. */
  static Map<String, Integer> counts(List<String> words) {
    Map<String, Integer> counts = new HashMap<>();
    words.forEach(word -> counts.merge(word, 1, Integer::sum));
    return counts;
  }

  /** The words that {@code a} has more often than {@code b}. */
  static Set<String> surplus(List<String> a, List<String> b) {
    Map<String, Integer> others = counts(b);
    Set<String> surplus = new HashSet<>();
    counts(a)
        .forEach((word, count) -> {
          if (count > others.getOrDefault(word, 0)) {
            surplus.add(word);
          }
        });
    return surplus;
  }

  /** Whether {@code a} has one word more often than {@code b}, and {@code b} the other. */
  static boolean replaced(String one, String other, List<String> a, List<String> b) {
    return surplus(a, b).contains(one) && surplus(b, a).contains(other);
  }

  /** Every word of a group to the group's first word. */
  static Map<String, String> canonical(String... groups) {
    Map<String, String> canonical = new HashMap<>();
    for (String group : groups) {
      String[] words = group.split(" ");
      for (String word : words) {
        canonical.put(word, words[0]);
      }
    }
    return Map.copyOf(canonical);
  }
}
