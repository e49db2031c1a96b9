package dev.fairlead.provider.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.ResponseHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** When a vendor wants to be asked again. Pure. */
public final class RetryAfter {

  private static final Duration LONGEST = Duration.ofDays(1);

  private RetryAfter() {}

  /**
   * {@code Retry-After-Ms}, else {@code Retry-After} in seconds or as a date; at most a day. What
   * is negative or cannot be read is no wish, and then the other header counts.
   */
  public static @Nullable Duration of(ResponseHeaders headers) {
    String millis = headers.get("retry-after-ms");
    Duration wait = millis == null ? null : seconds(millis, 1000);
    if (wait != null) {
      return wait;
    }
    String after = headers.get(HttpHeaderNames.RETRY_AFTER);
    if (after == null) {
      return null;
    }
    wait = seconds(after, 1);
    return wait == null ? until(after) : wait;
  }

  private static @Nullable Duration seconds(String text, double perSecond) {
    try {
      return bounded(Double.parseDouble(text.trim()) / perSecond);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Duration until(String date) {
    try {
      return until(
          ZonedDateTime.parse(date.trim(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** From now to then, at most a day; null when it is over. */
  public static @Nullable Duration until(Instant then) {
    return bounded(Duration.between(Instant.now(), then).toMillis() / 1000.0);
  }

  private static @Nullable Duration bounded(double seconds) {
    return seconds >= 0
        ? Duration.ofMillis((long) (Math.min(seconds, LONGEST.toSeconds()) * 1000))
        : null;
  }
}
