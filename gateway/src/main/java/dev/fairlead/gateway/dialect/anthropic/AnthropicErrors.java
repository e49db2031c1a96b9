package dev.fairlead.gateway.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.HttpFailure;
import dev.fairlead.gateway.dialect.HttpFailures;
import dev.fairlead.gateway.dialect.answer.AnswerJson;

/**
 * Anthropic's error object. {@code code} and {@code param} stand beside its own members where there
 * is something to say.
 */
final class AnthropicErrors {

  /** Anthropic's status for a service that has more to do than it can. */
  private static final int OVERLOADED = 529;

  private AnthropicErrors() {}

  static int status(Failure failure) {
    int status = HttpFailures.of(failure).status();
    return status == 503 ? OVERLOADED : status;
  }

  static byte[] body(Failure failure, String requestId) {
    return AnswerJson.bytes(envelope(failure, requestId));
  }

  static byte[] event(Failure failure, String requestId) {
    return AnswerJson.event("error", envelope(failure, requestId));
  }

  private static ObjectNode envelope(Failure failure, String requestId) {
    HttpFailure http = HttpFailures.of(failure);
    ObjectNode envelope = AnswerJson.object();
    envelope.put("type", "error");
    ObjectNode error = envelope.putObject("error");
    error.put("type", type(status(failure)));
    error.put("message", failure.message());
    if (http.code() != null) {
      error.put("code", http.code());
    }
    if (http.param() != null) {
      error.put("param", http.param());
    }
    envelope.put("request_id", requestId);
    return envelope;
  }

  private static String type(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case OVERLOADED -> "overloaded_error";
      case 504 -> "timeout_error";
      default -> status >= 500 ? "api_error" : "invalid_request_error";
    };
  }
}
