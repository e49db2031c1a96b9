package dev.fairlead.provider.anthropic;

import org.jspecify.annotations.Nullable;

/**
 * What an {@code error} object says.
 *
 * @param code of its details, which few errors have
 */
record VendorError(@Nullable String type, @Nullable String message, @Nullable String code) {

  /** The HTTP status that the documentation gives this type; 502 for one that it does not name. */
  int status() {
    return switch (type) {
      case "invalid_request_error" -> 400;
      case "authentication_error" -> 401;
      case "billing_error" -> 402;
      case "permission_error" -> 403;
      case "not_found_error" -> 404;
      case "request_too_large" -> 413;
      case "rate_limit_error" -> 429;
      case "api_error" -> 500;
      case "timeout_error" -> 504;
      case "overloaded_error" -> 529;
      case null, default -> 502;
    };
  }

  /**
   * Whether the organisation's own limit of spending is reached, which no wait of a moment ends
   * (platform.claude.com/docs/en/api/rate-limits, read November 2026).
   */
  boolean spendLimit() {
    return "enforced_spend_limit_reached".equals(code);
  }

  /** An account without credit is told as an invalid request. */
  boolean noCredit() {
    return message != null && message.contains("credit balance is too low");
  }
}
