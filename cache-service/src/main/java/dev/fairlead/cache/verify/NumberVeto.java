package dev.fairlead.cache.verify;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The same numbers in the same order, whether in digits, in English words or in Roman numerals. */
final class NumberVeto implements Veto {

  // Not `one`, which is mostly a pronoun, nor `second`, which is mostly a unit.
  private static final Map<String, Integer> SMALL =
      Map.ofEntries(
          Map.entry("zero", 0),
          Map.entry("two", 2),
          Map.entry("three", 3),
          Map.entry("four", 4),
          Map.entry("five", 5),
          Map.entry("six", 6),
          Map.entry("seven", 7),
          Map.entry("eight", 8),
          Map.entry("nine", 9),
          Map.entry("ten", 10),
          Map.entry("eleven", 11),
          Map.entry("twelve", 12),
          Map.entry("thirteen", 13),
          Map.entry("fourteen", 14),
          Map.entry("fifteen", 15),
          Map.entry("sixteen", 16),
          Map.entry("seventeen", 17),
          Map.entry("eighteen", 18),
          Map.entry("nineteen", 19),
          Map.entry("first", 1),
          Map.entry("third", 3),
          Map.entry("fourth", 4),
          Map.entry("fifth", 5),
          Map.entry("dozen", 12));
  private static final Map<String, Integer> TENS =
      Map.of(
          "twenty", 20, "thirty", 30, "forty", 40, "fifty", 50, "sixty", 60, "seventy", 70,
          "eighty", 80, "ninety", 90);
  private static final Map<String, String> SCALES =
      Map.of(
          "hundred",
          "e2",
          "thousand",
          "e3",
          "lakh",
          "e5",
          "million",
          "e6",
          "crore",
          "e7",
          "billion",
          "e9",
          "trillion",
          "e12");

  /** Abbreviations that are scales only right behind a number; {@code m} is left to the units. */
  private static final Map<String, String> AFTER_NUMBER =
      Map.of("k", "e3", "mn", "e6", "mln", "e6", "b", "e9", "bn", "e9", "bln", "e9", "tn", "e12");

  /** What a scale does not multiply: the first hundred is not the hundred. */
  private static final Set<String> ORDINALS = Set.of("first", "third", "fourth", "fifth");

  /** In front of a scale that multiplies the number before it. */
  private static final String TIMES = "*";

  // Bounded, so that a text of scales alone makes no number of thousands of digits.
  private static final Pattern PLAIN = Pattern.compile("-?\\d{1,40}(?:\\.\\d{1,40})?");

  @Override
  public Kind kind() {
    return Kind.NUMBER;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return !values(a).equals(values(b))
        || RomanNumerals.differ(a.words(), b.words())
        || Designations.differ(a, b);
  }

  /** The numbers with their scales taken in: 100k is 100,000, and a million 1,000,000. */
  private static List<String> values(Phrase phrase) {
    List<String> values = new ArrayList<>();
    for (String number : numbers(phrase)) {
      if (number.startsWith(TIMES) && PLAIN.matcher(values.getLast()).matches()) {
        values.add(times(values.removeLast(), number.substring(TIMES.length())));
      } else {
        values.add(number.startsWith("e") ? times("1", number) : number);
      }
    }
    return values;
  }

  private static String times(String number, String scale) {
    return new BigDecimal(number)
        .multiply(new BigDecimal("1" + scale))
        .stripTrailingZeros()
        .toPlainString();
  }

  /** The numbers of a text in its order, those in words as digits, scales by themselves. */
  static List<String> numbers(Phrase phrase) {
    List<String> numbers = new ArrayList<>();
    List<String> words = phrase.words();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      Integer tens = TENS.get(word);
      if (Phrase.isNumber(word)) {
        numbers.add(word);
      } else if (tens != null) {
        int units = i + 1 < words.size() ? unit(words.get(i + 1)) : 0;
        numbers.add(Integer.toString(tens + units));
        i += units > 0 ? 1 : 0;
      } else if (SMALL.containsKey(word)) {
        numbers.add(Integer.toString(SMALL.get(word)));
      } else if (SCALES.containsKey(word)) {
        numbers.add((behindCardinal(words, i) ? TIMES : "") + SCALES.get(word));
      } else if (RomanNumerals.value(word) > 0) {
        numbers.add(Integer.toString(RomanNumerals.value(word)));
      } else if (i > 0 && Phrase.isNumber(words.get(i - 1)) && AFTER_NUMBER.containsKey(word)) {
        numbers.add(TIMES + AFTER_NUMBER.get(word));
      }
    }
    return numbers;
  }

  private static boolean behindCardinal(List<String> words, int at) {
    String before = at == 0 ? "" : words.get(at - 1);
    boolean small = SMALL.containsKey(before) && !ORDINALS.contains(before);
    boolean unit = before.equals("one") && at > 1 && TENS.containsKey(words.get(at - 2));
    return small
        || unit
        || TENS.containsKey(before)
        || SCALES.containsKey(before)
        || (at > 0 && Phrase.isNumber(before));
  }

  private static int unit(String word) {
    int value = word.equals("one") ? 1 : SMALL.getOrDefault(word, 0);
    return value < 10 ? value : 0;
  }
}
