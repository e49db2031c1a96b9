package dev.fairlead.cache.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers with letters at them, as models of things are called: {@code a100} is not {@code h100},
 * {@code gpt-4o} is not {@code gpt-4}. How they are set apart is spelling.
 */
final class Designations {

  private static final Pattern GLUED =
      Pattern.compile(
          "(?<![\\p{L}\\p{Nd}.,])(\\p{L}{0,3})(\\p{Nd}{1,12})(\\p{L}?)(?![\\p{L}\\p{Nd}])");
  private static final Pattern LETTER_BEHIND =
      Pattern.compile("(?<!\\p{Nd})(\\p{Nd}{1,12})[ -]?(\\p{L})(?![\\p{L}\\p{Nd}])");

  /** Letters behind a number that are units, scales or a sign; other vetoes know them. */
  private static final String MEASURES = "mglcfshvkbx";

  private Designations() {}

  /** Whether a number has another letter in one text than in the other. */
  static boolean differ(Phrase a, Phrase b) {
    String textA = a.text().toLowerCase(Locale.ROOT);
    String textB = b.text().toLowerCase(Locale.ROOT);
    Map<String, Set<String>> before = before(textA);
    Map<String, Set<String>> otherBefore = before(textB);
    // `ps5` may be `playstation 5`: only one letter for another counts, not a missing one.
    return before.entrySet().stream()
            .anyMatch(e -> !otherBefore.getOrDefault(e.getKey(), e.getValue()).equals(e.getValue()))
        || !behind(textB).containsAll(gluedBehind(textA))
        || !behind(textA).containsAll(gluedBehind(textB));
  }

  private static Map<String, Set<String>> before(String text) {
    Map<String, Set<String>> before = new HashMap<>();
    Matcher matcher = GLUED.matcher(text);
    while (matcher.find()) {
      String letters = matcher.group(1);
      if (!letters.isEmpty() && !UnitVeto.same(letters, letters)) {
        before.computeIfAbsent(matcher.group(2), digits -> new HashSet<>()).add(letters);
      }
    }
    return before;
  }

  private static Set<String> gluedBehind(String text) {
    Set<String> behind = new HashSet<>();
    Matcher matcher = GLUED.matcher(text);
    while (matcher.find()) {
      String letter = matcher.group(3);
      if (!letter.isEmpty() && !MEASURES.contains(letter)) {
        behind.add(matcher.group(2) + letter);
      }
    }
    return behind;
  }

  private static Set<String> behind(String text) {
    Set<String> behind = new HashSet<>();
    Matcher matcher = LETTER_BEHIND.matcher(text);
    while (matcher.find()) {
      behind.add(matcher.group(1) + matcher.group(2));
    }
    return behind;
  }
}
