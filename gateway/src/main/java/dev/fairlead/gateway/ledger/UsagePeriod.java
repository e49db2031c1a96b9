package dev.fairlead.gateway.ledger;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ways to say when: {@code 24h}, {@code 7d}, {@code 2026-11-20}, {@code 2026-11-20T08:00:00Z}.
 */
public final class UsagePeriod {

  /** What to tell someone who wrote something else. */
  public static final String EXPECTED = "a time span such as 24h, 7d or 4w";

  /** What to tell someone who wrote something else than a moment. */
  public static final String EXPECTED_MOMENT =
      "a day such as 2026-11-20 or a moment such as 2026-11-20T08:00:00Z";

  private static final Pattern SPAN = Pattern.compile("([1-9]\\d{0,4})([hdw])");

  private UsagePeriod() {}

  /** A time span; empty for anything else. */
  public static Optional<Duration> span(String text) {
    Matcher matcher = SPAN.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long amount = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "h" -> Duration.ofHours(amount);
          case "w" -> Duration.ofDays(7 * amount);
          default -> Duration.ofDays(amount);
        });
  }

  /** A moment, or the beginning of a day in UTC; empty for anything else. */
  public static Optional<Instant> moment(String text) {
    try {
      return Optional.of(
          text.indexOf('T') < 0
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
