package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.CacheControl;
import dev.fairlead.gateway.dialect.ControlsReader;
import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.gateway.keys.KeyRequest;
import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.keys.Quota;
import dev.fairlead.gateway.keys.RateLimits;
import dev.fairlead.gateway.keys.SharedQuota;
import dev.fairlead.gateway.keys.SpendLimits;
import dev.fairlead.gateway.routing.PolicyName;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of {@code /v1/admin/keys}; every mistake is named. Stateless. */
final class KeyBody {

  private static final List<String> LIMITS =
      List.of(
          "requests_per_minute",
          "tokens_per_minute",
          "concurrent_requests",
          "budget_day_usd",
          "budget_month_usd",
          "budget_total_usd");
  private static final List<String> IDENTITY =
      List.of("name", "tenant", "team", "expires_in", "expires_at", "models", "policies", "tags");
  private static final List<String> CACHE =
      List.of("cache_control", "cache_ttl_s", "cache_similarity", "cache_scope");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(s|m|h|d)");
  private static final int MAX_ENTRIES = 200;
  private static final int LONGEST = 200;
  private static final BigDecimal NANOS = new BigDecimal(1_000_000_000);
  private static final BigDecimal MOST_USD = new BigDecimal(1_000_000_000);

  private KeyBody() {}

  static KeyRequest create(ObjectNode body, Instant now) {
    List<String> known = new ArrayList<>(IDENTITY);
    known.addAll(LIMITS);
    known.addAll(CACHE);
    AdminService.onlyKeys(body, known);
    return new KeyRequest(
        free(body, "name"),
        named(body, "tenant", Principal.DEFAULT_TENANT),
        named(body, "team", ""),
        expiry(body, now),
        new Grants(texts(body, "models"), policies(body)),
        texts(body, "tags"),
        quota(body),
        cached(body));
  }

  static SharedQuota share(ObjectNode body) {
    List<String> known = new ArrayList<>(List.of("tenant", "team"));
    known.addAll(LIMITS);
    AdminService.onlyKeys(body, known);
    return new SharedQuota(
        named(body, "tenant", Principal.DEFAULT_TENANT), named(body, "team", ""), quota(body));
  }

  /** How long the old secret of a rotated key still works; nothing unless it is said. */
  static Duration grace(ObjectNode body) {
    AdminService.onlyKeys(body, List.of("grace"));
    return body.has("grace") ? duration(body, "grace") : Duration.ZERO;
  }

  /** How a key's requests may use the cache at most; null for no bounds. */
  static @Nullable CacheControl cache(ObjectNode body) {
    AdminService.onlyKeys(body, CACHE);
    return cached(body);
  }

  private static @Nullable CacheControl cached(ObjectNode body) {
    byte[] members = body.deepCopy().retain(CACHE).toString().getBytes(StandardCharsets.UTF_8);
    return ControlsReader.cacheFromJson(members);
  }

  private static Quota quota(ObjectNode body) {
    return new Quota(
        new RateLimits(
            count(body, "requests_per_minute", 1_000_000_000L),
            count(body, "tokens_per_minute", 1_000_000_000_000L),
            (int) count(body, "concurrent_requests", 1_000_000)),
        new SpendLimits(
            nanoUsd(body, "budget_day_usd"),
            nanoUsd(body, "budget_month_usd"),
            nanoUsd(body, "budget_total_usd")));
  }

  private static long count(ObjectNode body, String field, long most) {
    JsonNode value = body.path(field);
    if (absent(value)) {
      return 0;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < 1
        || value.longValue() > most) {
      throw wrong(field, value, "a whole number from 1 to " + most + ", or nothing for no limit");
    }
    return value.longValue();
  }

  private static long nanoUsd(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    if (absent(value)) {
      return 0;
    }
    BigDecimal usd = value.isNumber() ? value.decimalValue() : BigDecimal.ZERO;
    if (usd.signum() <= 0 || usd.compareTo(MOST_USD) > 0) {
      throw wrong(field, value, "US dollars above 0, or nothing for no budget");
    }
    return usd.multiply(NANOS).setScale(0, RoundingMode.CEILING).longValueExact();
  }

  private static String free(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    if (absent(value)) {
      return "";
    }
    boolean good =
        value.isTextual()
            && value.textValue().length() <= LONGEST
            && value.textValue().chars().noneMatch(Character::isISOControl);
    if (!good) {
      throw wrong(field, value, "a text of up to " + LONGEST + " printable characters");
    }
    return value.textValue();
  }

  private static String named(ObjectNode body, String field, String otherwise) {
    JsonNode value = body.path(field);
    if (absent(value)) {
      return otherwise;
    }
    if (!value.isTextual() || !NAME.matcher(value.textValue()).matches()) {
      throw wrong(field, value, "1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first");
    }
    return value.textValue();
  }

  private static List<String> texts(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    List<String> found = new ArrayList<>();
    if (absent(value)) {
      return found;
    }
    String expected = "a list of up to " + MAX_ENTRIES + " texts of 1 to " + LONGEST;
    if (!value.isArray() || value.size() > MAX_ENTRIES) {
      throw wrong(field, value, expected);
    }
    for (JsonNode entry : value) {
      if (!entry.isTextual()
          || entry.textValue().isBlank()
          || entry.textValue().length() > LONGEST) {
        throw wrong(field, entry, expected);
      }
      found.add(entry.textValue());
    }
    return found;
  }

  private static List<String> policies(ObjectNode body) {
    List<String> found = texts(body, "policies");
    for (String label : found) {
      if (PolicyName.of(label).isEmpty()) {
        throw Failure.InvalidRequest.of(
                "policies", "policies: unknown (expected some of: " + PolicyName.labels() + ")")
            .asException();
      }
    }
    return found;
  }

  private static @Nullable Instant expiry(ObjectNode body, Instant now) {
    JsonNode at = body.path("expires_at");
    if (body.has("expires_in") && body.has("expires_at")) {
      throw wrong("expires_at", at, "only one of expires_in and expires_at");
    }
    if (body.has("expires_in")) {
      return now.plus(duration(body, "expires_in"));
    }
    if (absent(at)) {
      return null;
    }
    try {
      Instant expires = Instant.parse(at.asText());
      if (expires.isAfter(now)) {
        return expires;
      }
    } catch (DateTimeParseException e) {
      throw wrong("expires_at", at, "a time to come, such as 2030-01-31T00:00:00Z");
    }
    throw wrong("expires_at", at, "a time to come, such as 2030-01-31T00:00:00Z");
  }

  private static Duration duration(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    Matcher form = DURATION.matcher(value.asText());
    if (!form.matches()) {
      throw wrong(field, value, "a duration such as 30s, 5m, 12h or 90d");
    }
    long amount = Long.parseLong(form.group(1));
    return switch (form.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(Math.min(amount, 365_000));
    };
  }

  private static boolean absent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static RuntimeException wrong(String field, JsonNode value, String expected) {
    String text = value.toString();
    String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    return Failure.InvalidRequest.of(field, field + ": " + shown + " (expected: " + expected + ")")
        .asException();
  }
}
