package dev.fairlead.gateway.edge;

import dev.fairlead.gateway.limits.LimitStatus;
import dev.fairlead.gateway.limits.LimitStatus.Left;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is left of a caller's limits, in the headers of OpenAI and of Anthropic. Stateless. */
final class LimitHeaders {

  private static final long MILLIS_A_SECOND = 1000;
  private static final long MILLIS_A_MINUTE = 60_000;

  private LimitHeaders() {}

  /** {@code x-ratelimit-limit-requests} and the like; resets are durations. */
  static Map<String, String> openAi(LimitStatus status) {
    Map<String, String> headers = new LinkedHashMap<>();
    openAi(headers, "requests", status.requests());
    openAi(headers, "tokens", status.tokens());
    return headers;
  }

  private static void openAi(Map<String, String> headers, String what, @Nullable Left left) {
    if (left != null) {
      headers.put("x-ratelimit-limit-" + what, Long.toString(left.limit()));
      headers.put("x-ratelimit-remaining-" + what, Long.toString(left.remaining()));
      headers.put("x-ratelimit-reset-" + what, duration(left.reset()));
    }
  }

  /** {@code anthropic-ratelimit-requests-limit} and the like; resets are times. */
  static Map<String, String> anthropic(LimitStatus status, Instant now) {
    Map<String, String> headers = new LinkedHashMap<>();
    anthropic(headers, "requests", status.requests(), now);
    anthropic(headers, "tokens", status.tokens(), now);
    return headers;
  }

  private static void anthropic(
      Map<String, String> headers, String what, @Nullable Left left, Instant now) {
    if (left != null) {
      String name = "anthropic-ratelimit-" + what;
      headers.put(name + "-limit", Long.toString(left.limit()));
      headers.put(name + "-remaining", Long.toString(left.remaining()));
      Instant reset = now.plus(left.reset()).plusMillis(MILLIS_A_SECOND - 1);
      headers.put(name + "-reset", reset.truncatedTo(ChronoUnit.SECONDS).toString());
    }
  }

  /** {@code 120ms}, {@code 7s}, {@code 1m0s}, as OpenAI writes them. */
  static String duration(Duration time) {
    long millis = time.toMillis();
    if (millis < MILLIS_A_SECOND) {
      return millis + "ms";
    }
    long seconds = (millis + MILLIS_A_SECOND - 1) / MILLIS_A_SECOND;
    return millis < MILLIS_A_MINUTE && seconds < 60
        ? seconds + "s"
        : seconds / 60 + "m" + seconds % 60 + "s";
  }
}
