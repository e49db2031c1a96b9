package dev.fairlead.provider.anthropic;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.http.Refusal;
import dev.fairlead.provider.http.Refusal.Cause;
import dev.fairlead.provider.http.RetryAfter;
import dev.fairlead.provider.http.VendorFailures;
import dev.fairlead.v1.Dialect;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Anthropic's errors mean. */
final class AnthropicFailures {

  private static final String LIMITS = "anthropic-ratelimit-";
  private static final List<String> LIMITED =
      List.of("requests", "tokens", "input-tokens", "output-tokens");

  private final VendorFailures vendor;

  AnthropicFailures(VendorFailures vendor) {
    this.vendor = vendor;
  }

  /** An answer with another status than 200; {@code body} is empty when it was no JSON error. */
  UpstreamFailure ofStatus(ResponseHeaders head, @Nullable VendorError error, ByteString body) {
    int status = head.status().code();
    return of(status, status, error, wait(head, status), body);
  }

  /** An error where an answer or a part of one was expected. */
  UpstreamFailure ofError(VendorError error, ByteString body) {
    return of(error.status(), 200, error, null, body);
  }

  private UpstreamFailure of(
      int status,
      int httpStatus,
      @Nullable VendorError error,
      @Nullable Duration wait,
      ByteString body) {
    String message = error == null ? null : error.message();
    return vendor
        .of(new Refusal(status, httpStatus, wait, message, cause(error), body))
        .in(Dialect.DIALECT_ANTHROPIC_MESSAGES);
  }

  private static Cause cause(@Nullable VendorError error) {
    if (error == null) {
      return Cause.STATUS;
    }
    if (error.noCredit()) {
      return Cause.OUR_ACCOUNT;
    }
    return error.spendLimit() ? Cause.NO_QUOTA : Cause.STATUS;
  }

  UpstreamFailure malformed(String what) {
    return vendor.malformed(what, 200);
  }

  /** What the vendor asks for, else until the last of the limits that are used up is renewed. */
  private static @Nullable Duration wait(ResponseHeaders head, int status) {
    Duration asked = RetryAfter.of(head);
    if (asked != null || status != 429) {
      return asked;
    }
    Duration longest = null;
    for (String limit : LIMITED) {
      if ("0".equals(head.get(LIMITS + limit + "-remaining"))) {
        Duration until = until(head.get(LIMITS + limit + "-reset"));
        if (until != null && (longest == null || until.compareTo(longest) > 0)) {
          longest = until;
        }
      }
    }
    return longest;
  }

  private static @Nullable Duration until(@Nullable String instant) {
    try {
      return instant == null ? null : RetryAfter.until(Instant.parse(instant));
    } catch (DateTimeException e) {
      return null;
    }
  }
}
