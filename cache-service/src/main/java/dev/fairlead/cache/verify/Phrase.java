package dev.fairlead.cache.verify;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text as the vetoes see it.
 *
 * @param text as written
 * @param words lower case, in order: letters or numbers; contractions undone ({@code don't} is
 *     {@code do not}), ordinal endings dropped, thousands separators dropped
 * @param names words written with a capital inside a sentence, lower case
 */
record Phrase(String text, List<String> words, Set<String> names) {

  // Repetitions of groups are bounded: the engine recurses for each, and texts come from anywhere.
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\d{1,30}(?:[.,:/]\\d{1,30}){0,8}"
              + "|\\p{L}[\\p{L}\\p{M}]*+(?:['\u2019]\\p{L}+)?"
              + "|[$\u20ac\u00a3\u00a5%\u00b0.!?\\n]");
  private static final Pattern THOUSANDS = Pattern.compile("\\d{1,3}(?:,\\d{3}){1,8}(?:\\.\\d+)?");
  private static final Set<String> ORDINAL_ENDINGS = Set.of("st", "nd", "rd", "th");
  private static final Map<String, String> CONTRACTIONS =
      Map.of(
          "can't",
          "can not",
          "cannot",
          "can not",
          "won't",
          "will not",
          "shan't",
          "shall not",
          "ain't",
          "is not");
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
      boolean numeric = Character.isDigit(token.charAt(0));
      if (numeric) {
        words.add(number(token));
      } else if (!afterNumber(words) || !ORDINAL_ENDINGS.contains(token.toLowerCase(Locale.ROOT))) {
        addWord(token, words);
        if (!sentenceStart && Character.isUpperCase(token.charAt(0)) && !token.equals("I")) {
          names.add(withoutSuffix(lower(token)));
        }
      }
      sentenceStart = false;
    }
    return new Phrase(text, words, names);
  }

  /** Whether a word is a number in digits. */
  static boolean isNumber(String word) {
    return Character.isDigit(word.charAt(0));
  }

  private static boolean afterNumber(List<String> words) {
    return !words.isEmpty() && isNumber(words.getLast());
  }

  private static String number(String token) {
    String plain = THOUSANDS.matcher(token).matches() ? token.replace(",", "") : token;
    boolean decimal = plain.indexOf('.') > 0 && plain.indexOf('.') == plain.lastIndexOf('.');
    return decimal ? plain.replaceFirst("\\.?0+$", "") : plain;
  }

  private static void addWord(String token, List<String> words) {
    String word = lower(token);
    String known = CONTRACTIONS.get(word);
    if (known != null) {
      words.addAll(List.of(known.split(" ")));
    } else if (word.endsWith("n't")) {
      words.add(word.substring(0, word.length() - 3));
      words.add("not");
    } else {
      words.add(withoutSuffix(word));
    }
  }

  private static String lower(String token) {
    return token.toLowerCase(Locale.ROOT).replace('\u2019', '\'');
  }

  private static String withoutSuffix(String word) {
    int apostrophe = word.indexOf('\'');
    return apostrophe > 0 ? word.substring(0, apostrophe) : word;
  }
}
