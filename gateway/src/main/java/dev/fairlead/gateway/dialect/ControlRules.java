package dev.fairlead.gateway.dialect;

import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonTape;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may wish for, the same for body and headers. Each refusal names the place it came
 * from.
 */
final class ControlRules {

  private static final int MAX_TAGS = 16;
  private static final int MAX_NAME_CHARACTERS = 64;
  private static final BigDecimal MAX_COST_USD = BigDecimal.valueOf(1_000_000);
  private static final BigDecimal NANO = BigDecimal.ONE.movePointLeft(9);
  private static final BigDecimal MAX_LATENCY_MS =
      BigDecimal.valueOf(Duration.ofDays(1).toMillis());
  private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(86_400);
  private static final BigDecimal MAX_CACHE_SECONDS =
      BigDecimal.valueOf(Duration.ofDays(365).toSeconds());
  private static final String MAX_AGE = "max-age=";

  private ControlRules() {}

  static String policy(String param, String name) {
    if (!isName(name)) {
      throw refused(param, name, "a policy's name of 1 to 64 characters");
    }
    return name;
  }

  /** Rounded down, so that the cap holds. */
  static long cost(String param, BigDecimal usd) {
    if (usd.signum() < 0 || usd.compareTo(MAX_COST_USD) > 0) {
      throw refused(param, usd.toString(), "USD in 0..1000000");
    }
    return usd.compareTo(NANO) < 0
        ? 0
        : usd.movePointRight(9).setScale(0, RoundingMode.FLOOR).longValueExact();
  }

  static Duration latency(String param, BigDecimal millis) {
    if (millis.compareTo(BigDecimal.ONE) < 0 || millis.compareTo(MAX_LATENCY_MS) > 0) {
      throw refused(param, millis.toString(), "milliseconds in 1..86400000");
    }
    return Duration.ofNanos(
        millis.movePointRight(6).setScale(0, RoundingMode.FLOOR).longValueExact());
  }

  /** A time limit, rounded up: a caller's hundredth of a millisecond is not nothing. */
  static Duration seconds(String param, BigDecimal seconds) {
    if (seconds.signum() <= 0 || seconds.compareTo(MAX_SECONDS) > 0) {
      throw refused(param, seconds.toString(), "seconds above 0 up to 86400");
    }
    return nanosRoundedUp(seconds, 9);
  }

  /** An objective below a millisecond is one, since tokens can come that fast. */
  static Duration tokenLatency(String param, BigDecimal millis) {
    if (millis.signum() <= 0 || millis.compareTo(MAX_LATENCY_MS) > 0) {
      throw refused(param, millis.toString(), "milliseconds above 0 up to 86400000");
    }
    return nanosRoundedUp(millis, 6);
  }

  /** A number with a billion places, which is short to write, would take minutes to round. */
  private static Duration nanosRoundedUp(BigDecimal value, int places) {
    return Duration.ofNanos(
        value.compareTo(NANO) < 0
            ? 1
            : value.movePointRight(places).setScale(0, RoundingMode.CEILING).longValueExact());
  }

  static Duration cacheTtl(String param, BigDecimal seconds) {
    if (seconds.compareTo(BigDecimal.ONE) < 0 || seconds.compareTo(MAX_CACHE_SECONDS) > 0) {
      throw refused(param, seconds.toString(), "seconds in 1..31536000");
    }
    return Duration.ofMillis(
        seconds.movePointRight(3).setScale(0, RoundingMode.FLOOR).longValueExact());
  }

  static double cacheSimilarity(String param, BigDecimal cosine) {
    double value = cosine.doubleValue();
    if (!(value >= 0 && value <= 1)) {
      throw refused(param, cosine.toString(), "0 to 1");
    }
    return value;
  }

  static String cacheScope(String param, String name) {
    if (!isName(name)) {
      throw refused(param, name, "a name of 1 to 64 printable characters");
    }
    return name;
  }

  static double quality(String param, BigDecimal share) {
    double value = share.doubleValue();
    if (!(value > 0 && value <= 1)) {
      throw refused(param, share.toString(), "above 0 up to 1");
    }
    return value;
  }

  static List<String> tags(String param, List<String> raw) {
    List<String> tags = new ArrayList<>(raw.size());
    for (String one : raw) {
      String tag = one.strip();
      if (!isName(tag)) {
        throw refused(param, tag, "tags of 1 to 64 printable characters");
      }
      tags.add(tag);
    }
    if (tags.size() > MAX_TAGS) {
      throw refused(param, tags.size() + " tags", "at most " + MAX_TAGS);
    }
    return tags;
  }

  /**
   * RFC 9111 directives.
   *
   * @param strict whether an unknown directive is refused; the header's may be meant for others
   * @return null when no directive applies
   */
  static @Nullable CacheControl cacheControl(String param, String text, boolean strict) {
    boolean noCache = false;
    boolean noStore = false;
    Duration maxAge = null;
    for (String part : text.toLowerCase(Locale.ROOT).split(",", -1)) {
      String directive = part.strip();
      if (directive.equals("no-cache")) {
        noCache = true;
      } else if (directive.equals("no-store")) {
        noStore = true;
      } else if (directive.startsWith(MAX_AGE)) {
        maxAge = age(param, directive);
      } else if (strict) {
        throw refused(param, text, "no-cache, no-store or max-age=<seconds>");
      }
    }
    return noCache || noStore || maxAge != null ? new CacheControl(noCache, noStore, maxAge) : null;
  }

  private static Duration age(String param, String directive) {
    String digits = directive.substring(MAX_AGE.length());
    if (digits.isEmpty()
        || digits.length() > 10
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw refused(param, directive, "max-age=<seconds>");
    }
    return Duration.ofSeconds(Long.parseLong(digits));
  }

  private static boolean isName(String text) {
    return !text.isBlank()
        && text.length() <= MAX_NAME_CHARACTERS
        && JsonTape.printable(text).equals(text);
  }

  static FailureException refused(String param, String value, String expected) {
    String safe = JsonTape.printable(value);
    String cut = safe.length() <= 60 ? safe : safe.substring(0, 60) + "...";
    return new InvalidRequest(
            param + ": " + cut + " (expected: " + expected + ")", param, JsonExpect.INVALID_VALUE)
        .asException();
  }
}
