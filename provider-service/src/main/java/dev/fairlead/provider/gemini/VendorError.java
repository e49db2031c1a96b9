package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An {@code error} object ({@code google.rpc.Status} as JSON).
 *
 * @param code HTTP status, 0 when absent
 * @param status such as {@code RESOURCE_EXHAUSTED}
 * @param reason of its {@code ErrorInfo}, such as {@code API_KEY_INVALID}
 * @param daily whether a quota of a whole day is used up
 */
record VendorError(
    int code,
    String status,
    String message,
    String reason,
    boolean daily,
    @Nullable Duration retryAfter) {

  private static final BigDecimal LONGEST_SECONDS = BigDecimal.valueOf(86_400);

  /** Reads an answer, which some paths wrap in an array; null when it carries no error. */
  static @Nullable VendorError of(JsonNode root) {
    JsonNode error = root.isArray() ? root.path(0).path("error") : root.path("error");
    if (!error.isObject()) {
      return null;
    }
    String reason = "";
    boolean daily = false;
    Duration wait = null;
    for (JsonNode detail : error.path("details")) {
      String type = detail.path("@type").asText();
      if (type.endsWith("google.rpc.ErrorInfo")) {
        reason = detail.path("reason").asText();
      } else if (type.endsWith("google.rpc.RetryInfo")) {
        wait = duration(detail.path("retryDelay").asText());
      } else if (type.endsWith("google.rpc.QuotaFailure")) {
        for (JsonNode violation : detail.path("violations")) {
          daily |= violation.path("quotaId").asText().contains("PerDay");
        }
      }
    }
    int code = error.path("code").isInt() ? error.path("code").intValue() : 0;
    return new VendorError(
        code, error.path("status").asText(), error.path("message").asText(), reason, daily, wait);
  }

  /** Protobuf's JSON form of a duration; nonsense is none. */
  private static @Nullable Duration duration(String text) {
    if (!text.endsWith("s") || text.length() > 20) {
      return null;
    }
    try {
      BigDecimal seconds = new BigDecimal(text.substring(0, text.length() - 1));
      return seconds.signum() < 0
          ? null
          : Duration.ofMillis(seconds.min(LONGEST_SECONDS).movePointRight(3).longValue());
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
