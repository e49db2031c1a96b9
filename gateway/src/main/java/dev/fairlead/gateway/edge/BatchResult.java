package dev.fairlead.gateway.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.HttpFailures;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.v1.RawAnswer;
import java.io.ByteArrayOutputStream;

/**
 * What became of one request of a batch. Answers keep their own bytes.
 *
 * @param status as the request would have had on its own
 * @param json the result as an object
 */
record BatchResult(int status, byte[] json) {

  static BatchResult of(int index, Answer answer) {
    RawAnswer raw = answer.raw();
    if (raw == null) {
      throw new IllegalStateException("a raw request was answered without a body");
    }
    ObjectNode facts = Json.object();
    facts.put("request_id", answer.head().requestId());
    facts.put("model", answer.head().modelId());
    SettlementJson.tell(facts, answer.settlement());
    facts.put("cache", answer.head().cache().label());
    facts.put("policy", answer.head().policy());
    facts.put("reason", answer.head().reason());
    ByteArrayOutputStream out = head(index, 200);
    ascii(out, ",\"response\":");
    out.writeBytes(raw.getBody().toByteArray());
    ascii(out, ",\"error\":null,\"fairlead\":");
    out.writeBytes(Json.bytes(facts));
    ascii(out, "}");
    return new BatchResult(200, out.toByteArray());
  }

  /** The error object alone: the format's envelope around it would be one too many. */
  static BatchResult of(int index, Failure failure, DialectCodec codec, String requestId) {
    int status = codec.status(failure);
    ObjectNode error = Json.object();
    var http = HttpFailures.of(failure);
    error.put("message", failure.message());
    error.put("type", http.type());
    error.put("param", http.param());
    error.put("code", http.code());
    error.put("request_id", requestId);
    ByteArrayOutputStream out = head(index, status);
    ascii(out, ",\"response\":null,\"error\":");
    out.writeBytes(Json.bytes(error));
    ascii(out, "}");
    return new BatchResult(status, out.toByteArray());
  }

  private static ByteArrayOutputStream head(int index, int status) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    ascii(out, "{\"index\":" + index + ",\"status\":" + status);
    return out;
  }

  private static void ascii(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(US_ASCII));
  }
}
