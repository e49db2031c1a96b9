package dev.fairlead.cache.verify;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text as the vetoes see it.
 *
 * @param text as written
 * @param words lower case, in order: letters or numbers; contractions undone ({@code don't} is
 *     {@code do not}), ordinal endings dropped, numbers as {@link Numerals} writes them
 * @param names words written with a capital inside a sentence, lower case
 */
record Phrase(String text, List<String> words, Set<String> names) {

  // Repetitions of groups are bounded: the engine recurses for each, and texts come from anywhere.
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?:(?<![\\p{L}\\p{M}\\p{Nd}.)])\\.)?\\p{Nd}{1,30}(?:[.,:/]\\p{Nd}{1,30}){0,8}"
              + "|\\p{L}[\\p{L}\\p{M}]*+(?:['\u2018\u2019\u02bc\u00b4`]\\p{L}+)?"
              + "|[$\u20ac\u00a3\u00a5\u20b9%\u00b0.!?\\n]");
  private static final Set<String> ORDINAL_ENDINGS = Set.of("st", "nd", "rd", "th");
  private static final Pattern APOSTROPHES = Pattern.compile("[\u2018\u2019\u02bc\u00b4`]");
  private static final String SENTENCE_END = ".!?\n";

  Phrase {
    words = List.copyOf(words);
    names = Set.copyOf(names);
  }

  static Phrase of(String text) {
    List<String> words = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    boolean sentenceStart = true;
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      String token = matcher.group();
      if (SENTENCE_END.contains(token)) {
        sentenceStart = true;
        continue;
      }
      if (numeric(token)) {
        words.add(Numerals.of(text, matcher.start(), token, !sentenceStart && endsInName(words)));
      } else if (!afterNumber(words) || !ORDINAL_ENDINGS.contains(token.toLowerCase(Locale.ROOT))) {
        List<String> undone = Contractions.undo(lower(token));
        words.addAll(undone);
        if (!sentenceStart && isName(token, undone)) {
          names.add(undone.getFirst());
        }
      }
      sentenceStart = false;
    }
    return new Phrase(text, words, names);
  }

  /** Whether a word is a number in digits. */
  static boolean isNumber(String word) {
    int first = word.charAt(0) == '-' && word.length() > 1 ? 1 : 0;
    return Character.isDigit(word.charAt(first));
  }

  private static boolean afterNumber(List<String> words) {
    return !words.isEmpty() && isNumber(words.getLast());
  }

  /** Whether a number that follows may be a version's: `python 3.10`. */
  private static boolean endsInName(List<String> words) {
    return !words.isEmpty()
        && Character.isLetter(words.getLast().charAt(0))
        && !Words.FUNCTION_WORDS.contains(words.getLast());
  }

  private static boolean isName(String token, List<String> undone) {
    return Character.isUpperCase(token.charAt(0))
        && undone.size() == 1
        && !undone.getFirst().equals("i");
  }

  private static boolean numeric(String token) {
    int first = token.charAt(0) == '.' && token.length() > 1 ? 1 : 0;
    return Character.isDigit(token.codePointAt(first));
  }

  private static String lower(String token) {
    return APOSTROPHES.matcher(token.toLowerCase(Locale.ROOT)).replaceAll("'");
  }
}
