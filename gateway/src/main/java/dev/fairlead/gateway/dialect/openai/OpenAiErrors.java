package dev.fairlead.gateway.dialect.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.HttpFailure;
import dev.fairlead.gateway.dialect.HttpFailures;

/** OpenAI's error object: all of its four keys always present, and the request id beside them. */
final class OpenAiErrors {

  private OpenAiErrors() {}

  static byte[] body(Failure failure, String requestId) {
    return OpenAiJson.bytes(envelope(failure, requestId));
  }

  /**
   * The choices, empty but for their finish reason, tell clients that look at nothing else that the
   * answer is not whole.
   */
  static byte[] event(Failure failure, String requestId) {
    ObjectNode event = envelope(failure, requestId);
    event.put("object", "chat.completion.chunk");
    ObjectNode choice = event.putArray("choices").addObject();
    choice.put("index", 0);
    choice.putObject("delta");
    choice.put("finish_reason", "error");
    return OpenAiJson.event(event);
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
