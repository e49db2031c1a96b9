package dev.fairlead.cache.verify;

import java.util.Set;
import java.util.regex.Pattern;

/** Forms and spellings of one English word, told by how the words end. */
final class WordForms {

  private static final int STEM = 3;
  private static final int LONG_STEM = 4;

  /** What a form adds to the stem, however short, that two forms share. */
  private static final Set<String> INFLECTIONS =
      Set.of(
          "", "s", "es", "d", "ed", "ing", "ings", "y", "ies", "ied", "e", "ying", "ment", "ments");

  /** What makes another word of the same stem; with a short stem it is mostly chance. */
  private static final Set<String> DERIVATIONS =
      Set.of(
          "r", "rs", "er", "ers", "or", "ors", "st", "est", "ly", "ion", "ions", "ation", "ations",
          "tion", "tions", "n", "an", "al", "ally", "able", "ive", "ent", "ence", "ant", "ance");

  /** So many letters can two endings have in common at their beginning. */
  private static final int LONGEST_COMMON = 3;

  private static final Pattern OUR = Pattern.compile("(?<=\\p{L}{3})our");
  private static final Pattern ISE = Pattern.compile("(?<=\\p{L}{3}[iy])s(?=[aei])");
  private static final Pattern RE = Pattern.compile("(?<=\\p{L}{2}[^aeiou])re$");

  private WordForms() {}

  /** Whether the two differ in spelling or endings only. */
  static boolean ofOneWord(String one, String other) {
    String a = american(one);
    String b = american(other);
    if (a.equals(b) || a.equals(b + "s") || b.equals(a + "s")) {
      return true;
    }
    int shared = 0;
    int shorter = Math.min(a.length(), b.length());
    while (shared < shorter && a.charAt(shared) == b.charAt(shared)) {
      shared++;
    }
    // The endings may begin alike themselves: `selection` and `selecting`.
    for (int stem = shared; stem >= Math.max(STEM, shared - LONGEST_COMMON); stem--) {
      if (ending(a, stem) && ending(b, stem)) {
        return true;
      }
    }
    return false;
  }

  private static String american(String word) {
    String or = OUR.matcher(word).replaceAll("or");
    return RE.matcher(ISE.matcher(or).replaceAll("z")).replaceAll("er");
  }

  private static boolean ending(String word, int stem) {
    String rest = word.substring(stem);
    // The last consonant is doubled in `stopping`.
    boolean doubled = rest.length() > 1 && rest.charAt(0) == word.charAt(stem - 1);
    return known(rest, stem) || (doubled && known(rest.substring(1), stem));
  }

  private static boolean known(String rest, int stem) {
    return INFLECTIONS.contains(rest) || (stem >= LONG_STEM && DERIVATIONS.contains(rest));
  }
}
