package dev.fairlead.cache.verify;

import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Forms and spellings of one English word. Both are taken back to the words that they may be forms
 * of, with the rules by which a form is spelled: {@code cared} is one of {@code care}, which is
 * none of {@code car}.
 */
final class WordForms {

  /** What makes another kind of word of one, and how long that one is at least. */
  private static final Map<String, Integer> DERIVATIONS =
      Map.of(
          "ment", 3, "ance", 4, "ence", 4, "ation", 4, "er", 4, "ly", 4, "n", 4, "an", 4, "ion", 5,
          "y", 6);

  private static final Pattern OUR = Pattern.compile("(?<=\\p{L}{3})our");
  private static final Pattern ISE = Pattern.compile("(?<=\\p{L}{3}[iy])s(?=[aei])");
  private static final Pattern RE = Pattern.compile("(?<=\\p{L}{2}[^aeiou])re$");

  private static final Pattern VOWEL = Pattern.compile("[aeiouy]");

  /** Of one syllable and a last consonant that `ed` and `ing` double. */
  private static final Pattern DOUBLING = Pattern.compile("[^aeiouy]*[aeiouy][^aeiouwxy]");

  private static final Pattern DOUBLED = Pattern.compile(".*([^aeiouy])\\1");
  private static final Pattern TAKES_ES = Pattern.compile(".*(?:[sxzo]|ch|sh)");

  private WordForms() {}

  /** Whether the two differ in spelling or endings only. */
  static boolean ofOneWord(String one, String other) {
    String a = american(one);
    String b = american(other);
    Set<String> inflectedA = inflected(a);
    Set<String> inflectedB = inflected(b);
    // Two that are both made of a third are two: `development` and `developer`.
    return !Collections.disjoint(inflectedA, withDerived(inflectedB))
        || !Collections.disjoint(withDerived(inflectedA), inflectedB);
  }

  private static String american(String word) {
    String or = OUR.matcher(word).replaceAll("or");
    return RE.matcher(ISE.matcher(or).replaceAll("z")).replaceAll("er");
  }

  /** The word itself, and those of which it may be a plural or a form of the verb. */
  private static Set<String> inflected(String word) {
    Set<String> words = new HashSet<>(Set.of(word));
    addSingular(word, words);
    for (String each : Set.copyOf(words)) {
      addVerb(each, words);
    }
    return words;
  }

  private static void addSingular(String word, Set<String> words) {
    if (!word.endsWith("s") || word.endsWith("ss")) {
      return;
    }
    words.add(cut(word, 1));
    if (word.endsWith("ies") && word.length() > 4) {
      words.add(cut(word, 3) + "y");
    } else if (word.endsWith("es") && TAKES_ES.matcher(cut(word, 2)).matches()) {
      words.add(cut(word, 2));
    }
  }

  private static void addVerb(String word, Set<String> words) {
    if (word.endsWith("ied") && word.length() > 4) {
      words.add(cut(word, 3) + "y");
    } else if (word.endsWith("eed")) {
      words.add(cut(word, 1));
    } else if (word.endsWith("ed")) {
      addVerbOf(cut(word, 2), words);
    } else if (word.endsWith("ing")) {
      addVerbOf(cut(word, 3), words);
    }
  }

  private static void addVerbOf(String stem, Set<String> words) {
    if (stem.length() < 2 || !VOWEL.matcher(stem).find()) {
      return;
    }
    words.add(stem + "e");
    if (DOUBLED.matcher(stem).matches()) {
      words.add(cut(stem, 1));
    }
    if (!DOUBLING.matcher(stem).matches()) {
      words.add(stem);
    }
  }

  private static Set<String> withDerived(Set<String> words) {
    Set<String> all = new HashSet<>(words);
    for (String word : words) {
      DERIVATIONS.forEach((ending, least) -> {
        String stem = word.endsWith(ending) ? cut(word, ending.length()) : "";
        if (stem.length() >= least) {
          all.add(stem);
          all.add(stem + "e");
          if (DOUBLED.matcher(stem).matches()) {
            all.add(cut(stem, 1));
          }
        }
      });
    }
    return all;
  }

  private static String cut(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }
}
