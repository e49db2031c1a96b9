package dev.fairlead.gateway.dialect.responses;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.SseText;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.util.Set;

/** The complete response that stored events tell: the one that their last event carries. */
final class ResponseAssembly {

  private static final Set<String> LAST = Set.of("response.completed", "response.incomplete");

  private ResponseAssembly() {}

  static RawAnswer of(RawEventStream stream) {
    for (String data : SseText.data(stream.getSse().toByteArray()).reversed()) {
      ObjectNode event = AnswerJson.object(data.getBytes(UTF_8), "stored event");
      if (LAST.contains(event.path("type").asText())
          && event.get("response") instanceof ObjectNode response) {
        return RawAnswer.newBuilder()
            .setDialect(Dialect.DIALECT_OPENAI_RESPONSES)
            .setBody(UnsafeByteOperations.unsafeWrap(AnswerJson.bytes(response)))
            .build();
      }
    }
    throw AnswerJson.malformed("stored events do not end in a response");
  }
}
