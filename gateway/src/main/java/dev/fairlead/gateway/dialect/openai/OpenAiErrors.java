package dev.fairlead.gateway.dialect.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.HttpFailure;
import dev.fairlead.gateway.dialect.HttpFailures;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.v1.Dialect;

/**
 * OpenAI's error object: all of its four keys always present, and the request id beside them.
 * Stateless.
 */
public final class OpenAiErrors {

  private OpenAiErrors() {}

  /** Whether a dialect has errors of this form. */
  public static boolean areOf(Dialect dialect) {
    return switch (dialect) {
      case DIALECT_OPENAI_CHAT,
          DIALECT_OPENAI_COMPLETIONS,
          DIALECT_OPENAI_RESPONSES,
          DIALECT_OPENAI_EMBEDDINGS ->
          true;
      case DIALECT_ANTHROPIC_MESSAGES, DIALECT_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  /** The body of an error answer. */
  public static byte[] body(Failure failure, String requestId) {
    return AnswerJson.bytes(envelope(failure, requestId));
  }

  /**
   * The choices, empty but for their finish reason, tell clients that look at nothing else that the
   * answer is not whole.
   */
  static byte[] chatEvent(Failure failure, String requestId) {
    ObjectNode event = envelope(failure, requestId);
    event.put("object", "chat.completion.chunk");
    ObjectNode choice = event.putArray("choices").addObject();
    choice.put("index", 0);
    choice.putObject("delta");
    choice.put("finish_reason", "error");
    return AnswerJson.event(event);
  }

  /** The same for the legacy format, whose choices have a text. */
  static byte[] completionEvent(Failure failure, String requestId) {
    ObjectNode event = envelope(failure, requestId);
    event.put("object", CompletionReplay.OBJECT);
    ObjectNode choice = event.putArray("choices").addObject();
    choice.put("text", "");
    choice.put("index", 0);
    choice.putNull("logprobs");
    choice.put("finish_reason", "error");
    return AnswerJson.event(event);
  }

  private static ObjectNode envelope(Failure failure, String requestId) {
    HttpFailure http = HttpFailures.of(failure);
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    ObjectNode error = envelope.putObject("error");
    error.put("message", failure.message());
    error.put("type", http.type());
    error.put("param", http.param());
    error.put("code", http.code());
    error.put("request_id", requestId);
    return envelope;
  }
}
