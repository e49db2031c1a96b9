package dev.fairlead.provider.http;

import com.linecorp.armeria.common.ResponseHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * When a vendor wants to be asked again: {@code retry-after-ms}, else {@code retry-after} (seconds
 * or an HTTP date, RFC 9110 section 10.2.3), else the reset time of a limit that its headers say is
 * used up (OpenAI: {@code x-ratelimit-*}, spans such as {@code 6m0.5s}; Anthropic: {@code
 * anthropic-ratelimit-*}, RFC 3339; both read November 2026). What cannot be read or is negative is
 * no wish and does not hide the next header; nothing is believed beyond {@link #LONGEST}. Pure.
 */
public final class RetryAfter {

  /** More than any limit's window that a waiting caller could care for. */
  public static final Duration LONGEST = Duration.ofHours(1);

  private static final List<String> LIMITS =
      List.of("requests", "tokens", "input-tokens", "output-tokens");

  private static final Pattern SPAN =
      Pattern.compile(
          "(?:(\\d{1,6})h)?(?:(\\d{1,6})m(?!s))?(?:(\\d{1,9}(?:\\.\\d+)?)s)?(?:(\\d{1,9})ms)?");

  private RetryAfter() {}

  /** The wait from now; null when none is asked for. */
  public static @Nullable Duration of(ResponseHeaders headers) {
    return of(headers::get, Instant.now());
  }

  /**
   * The wait from now; null when none is asked for.
   *
   * @param header looks a header up by its lower-case name
   */
  public static @Nullable Duration of(Function<String, @Nullable String> header) {
    return of(header, Instant.now());
  }

  /** From now to then, bounded; null when it is over. */
  public static @Nullable Duration until(Instant then) {
    return until(then, Instant.now());
  }

  /**
   * The wait from {@code now}.
   *
   * @param header looks a header up by its lower-case name
   */
  static @Nullable Duration of(Function<String, @Nullable String> header, Instant now) {
    Duration wait = seconds(header.apply("retry-after-ms"), 1000);
    if (wait == null) {
      String after = header.apply("retry-after");
      wait = seconds(after, 1);
      if (wait == null) {
        wait = until(after, DateTimeFormatter.RFC_1123_DATE_TIME, now);
      }
    }
    return wait != null ? wait : longestReset(header, now);
  }

  /** Of the limits that are used up, the one that comes back last. */
  private static @Nullable Duration longestReset(
      Function<String, @Nullable String> header, Instant now) {
    Duration longest = null;
    for (String limit : LIMITS) {
      Duration reset = null;
      if ("0".equals(header.apply("x-ratelimit-remaining-" + limit))) {
        reset = span(header.apply("x-ratelimit-reset-" + limit));
      } else if ("0".equals(header.apply("anthropic-ratelimit-" + limit + "-remaining"))) {
        reset =
            until(
                header.apply("anthropic-ratelimit-" + limit + "-reset"),
                DateTimeFormatter.ISO_OFFSET_DATE_TIME,
                now);
      }
      if (reset != null && (longest == null || reset.compareTo(longest) > 0)) {
        longest = reset;
      }
    }
    return longest;
  }

  private static @Nullable Duration seconds(@Nullable String text, double unit) {
    if (text == null) {
      return null;
    }
    try {
      double seconds = Double.parseDouble(text.trim()) / unit;
      return seconds >= 0 ? bounded(seconds) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Such as {@code 20ms}, {@code 1.5s}, {@code 6m0s}; a bare number is seconds. */
  private static @Nullable Duration span(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Matcher matcher = SPAN.matcher(text.trim());
    if (text.isBlank() || !matcher.matches()) {
      return seconds(text, 1);
    }
    return bounded(
        3600 * number(matcher.group(1))
            + 60 * number(matcher.group(2))
            + number(matcher.group(3))
            + number(matcher.group(4)) / 1000);
  }

  private static double number(@Nullable String digits) {
    return digits == null ? 0 : Double.parseDouble(digits);
  }

  private static @Nullable Duration until(
      @Nullable String date, DateTimeFormatter format, Instant now) {
    if (date == null) {
      return null;
    }
    try {
      return until(ZonedDateTime.parse(date.trim(), format).toInstant(), now);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Duration until(Instant then, Instant now) {
    return then.isBefore(now) ? null : bounded(Duration.between(now, then).toMillis() / 1000.0);
  }

  private static Duration bounded(double seconds) {
    return Duration.ofMillis((long) (Math.min(seconds, LONGEST.toSeconds()) * 1000));
  }
}
