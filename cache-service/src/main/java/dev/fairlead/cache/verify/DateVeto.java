package dev.fairlead.cache.verify;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The same months, weekdays and relative days. */
final class DateVeto implements Veto {

  // `sun` and `second` are left out: they are mostly other words. So are `may` and `march`, but not
  // everywhere.
  private static final Map<String, String> DAYS =
      Words.canonical(
          "january jan",
          "february feb",
          "mar",
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

  private static final Map<String, String> MONTHS = Map.of("march", "mar", "may", "may");

  /** Words in front of which these two are months. */
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
        || Words.replaced("march", "may", a.words(), b.words())
        || Words.replaced("may", "march", a.words(), b.words());
  }

  /** Whether both words name the same day or month. */
  static boolean same(String one, String other) {
    return DAYS.containsKey(one) && Objects.equals(DAYS.get(one), DAYS.get(other));
  }

  private static Set<String> days(Phrase phrase) {
    Set<String> days = new HashSet<>();
    List<String> words = phrase.words();
    for (int i = 0; i < words.size(); i++) {
      String day = DAYS.get(words.get(i));
      String month = MONTHS.get(words.get(i));
      if (day != null) {
        days.add(day);
      } else if (month != null && isMonth(words, i)) {
        days.add(month);
      }
    }
    return days;
  }

  private static boolean isMonth(List<String> words, int at) {
    return (at > 0 && BEFORE_MONTH.contains(words.get(at - 1)))
        || (at + 1 < words.size() && Phrase.isNumber(words.get(at + 1)));
  }
}
