package dev.fairlead.cache.verify;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The same months, weekdays and relative days. */
final class DateVeto implements Veto {

  // `sun` and `second` are left out: they are mostly other words. So are `may` and `march`, but not
  // everywhere.
  private static final Map<String, String> DAYS =
      Words.canonical(
          "january jan",
          "february feb",
          "april apr",
          "june",
          "july",
          "august",
          "september sept sep",
          "october",
          "november nov",
          "december dec",
          "monday mondays",
          "tuesday tuesdays",
          "wednesday wednesdays",
          "thursday thursdays",
          "friday fridays",
          "saturday saturdays",
          "sunday sundays",
          "today tonight",
          "tomorrow",
          "yesterday",
          "last previous past",
          "next upcoming",
          "current currently now");

  private static final Map<String, String> MONTHS =
      Map.of("march", "mar", "mar", "mar", "may", "may");

  /** Words behind which these two are months. */
  private static final Set<String> BEFORE_MONTH =
      Set.of(
          "in", "of", "by", "until", "till", "since", "during", "last", "next", "early", "mid",
          "late");

  @Override
  public Kind kind() {
    return Kind.DATE;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return !days(a).equals(days(b))
        || monthMissing("mar", a, b)
        || monthMissing("may", a, b)
        || Words.replaced("march", "may", a.words(), b.words())
        || Words.replaced("may", "march", a.words(), b.words());
  }

  /** Whether both words name the same day or month. */
  static boolean same(String one, String other) {
    return sameIn(DAYS, one, other) || sameIn(MONTHS, one, other);
  }

  private static boolean sameIn(Map<String, String> names, String one, String other) {
    return names.containsKey(one) && Objects.equals(names.get(one), names.get(other));
  }

  private static Set<String> days(Phrase phrase) {
    return phrase.words().stream()
        .filter(DAYS::containsKey)
        .map(DAYS::get)
        .collect(Collectors.toSet());
  }

  /**
   * Whether one text surely names the month and the other does not. Where both have the word as
   * often, they differ in how it is told only: {@code rome in march}, {@code march in rome}.
   */
  private static boolean monthMissing(String month, Phrase a, Phrase b) {
    return count(month, a) != count(month, b) && names(month, a) != names(month, b);
  }

  private static long count(String month, Phrase phrase) {
    return phrase.words().stream().filter(word -> month.equals(MONTHS.get(word))).count();
  }

  private static boolean names(String month, Phrase phrase) {
    List<String> words = phrase.words();
    return IntStream.range(0, words.size())
        .filter(i -> month.equals(MONTHS.get(words.get(i))))
        .anyMatch(i -> words.get(i).equals("mar") || isMonth(words, i));
  }

  private static boolean isMonth(List<String> words, int at) {
    return (at > 0 && BEFORE_MONTH.contains(words.get(at - 1)))
        || (at + 1 < words.size() && Phrase.isNumber(words.get(at + 1)));
  }
}
