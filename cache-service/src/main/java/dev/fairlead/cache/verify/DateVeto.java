package dev.fairlead.cache.verify;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The same months, weekdays and relative days. */
final class DateVeto implements Veto {

  // `may`, `march`, `sun` and `second` are left out: they are mostly other words.
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

  @Override
  public Kind kind() {
    return Kind.DATE;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return !days(a).equals(days(b));
  }

  /** Whether both words name the same day or month. */
  static boolean same(String one, String other) {
    return DAYS.containsKey(one) && Objects.equals(DAYS.get(one), DAYS.get(other));
  }

  private static Set<String> days(Phrase phrase) {
    return phrase.words().stream()
        .filter(DAYS::containsKey)
        .map(DAYS::get)
        .collect(Collectors.toSet());
  }
}
