package dev.fairlead.cache.verify;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Contractions as the words they stand for, also where the apostrophe or the space was left out.
 */
final class Contractions {

  private static final Map<String, List<String>> IRREGULAR =
      Map.of(
          "cant", List.of("can", "not"),
          "wont", List.of("will", "not"),
          "shant", List.of("shall", "not"),
          "aint", List.of("is", "not"));
  private static final Set<String> VERBS =
      Set.of(
          "do", "does", "did", "has", "have", "had", "is", "are", "was", "were", "can", "could",
          "will", "would", "shall", "should", "must", "need", "might", "may", "ought", "dare");

  /** What English hangs behind an apostrophe; it says nothing that the vetoes look at. */
  private static final Set<String> ENDINGS = Set.of("s", "re", "ve", "ll", "d", "m", "");

  private Contractions() {}

  /**
   * The words of one as it was written.
   *
   * @param word lower case, with a plain apostrophe if any
   */
  static List<String> undo(String word) {
    List<String> irregular = IRREGULAR.get(word.replace("'", ""));
    if (irregular != null) {
      return irregular;
    }
    if (word.equals("n't")) {
      return List.of("not"); // set apart, as some programs write it: `do n't`
    }
    if (word.endsWith("n't")) {
      return List.of(word.substring(0, word.length() - 3), "not");
    }
    for (String ending : List.of("nt", "not")) {
      if (word.endsWith(ending)) {
        String verb = word.substring(0, word.length() - ending.length());
        if (VERBS.contains(verb)) {
          return List.of(verb, "not");
        }
      }
    }
    return List.of(withoutEnding(word));
  }

  /** {@code anna's} is {@code anna}, but {@code l'amour} is not {@code l}. */
  private static String withoutEnding(String word) {
    int apostrophe = word.indexOf('\'');
    if (apostrophe < 0) {
      return word;
    }
    return ENDINGS.contains(word.substring(apostrophe + 1))
        ? word.substring(0, apostrophe)
        : word.replace("'", "");
  }
}
