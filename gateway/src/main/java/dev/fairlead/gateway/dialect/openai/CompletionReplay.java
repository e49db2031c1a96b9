package dev.fairlead.gateway.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.gateway.dialect.CachedReplay;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.TextPieces;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * A complete legacy answer told as chunks: the text of each choice in pieces, the last of which has
 * everything else. Log probabilities travel whole with the last one. One use an instance.
 */
final class CompletionReplay {

  /** The format's name of its answers and of their chunks. */
  static final String OBJECT = "text_completion";

  private final ObjectNode envelope;
  private final CachedReplay replay;
  private final ByteArrayOutputStream sse = new ByteArrayOutputStream(1024);

  private CompletionReplay(ObjectNode answer, CachedReplay replay) {
    this.replay = replay;
    this.envelope = answer.deepCopy();
    envelope.remove(List.of("choices", "usage"));
    if (replay.id() != null) {
      envelope.put("id", replay.id());
    }
    if (replay.createdEpochSeconds() != null) {
      envelope.put("created", replay.createdEpochSeconds());
    }
    if (replay.model() != null) {
      envelope.put("model", replay.model());
    }
  }

  static RawEventStream of(RawAnswer complete, CachedReplay replay) {
    ObjectNode answer = AnswerJson.object(complete.getBody().toByteArray(), "stored answer");
    if (!(answer.get("choices") instanceof ArrayNode choices) || choices.isEmpty()) {
      throw AnswerJson.malformed("stored answer has no choices");
    }
    CompletionReplay chunks = new CompletionReplay(answer, replay);
    for (JsonNode choice : choices) {
      chunks.choice(choice);
    }
    return RawEventStream.newBuilder()
        .setDialect(Dialect.DIALECT_OPENAI_COMPLETIONS)
        .setSse(UnsafeByteOperations.unsafeWrap(chunks.sse.toByteArray()))
        .setUsageSse(chunks.usage(answer))
        .build();
  }

  private void choice(JsonNode choice) {
    if (!(choice instanceof ObjectNode whole) || !whole.path("text").isTextual()) {
      throw AnswerJson.malformed("a choice of the stored answer has no text");
    }
    List<String> pieces = TextPieces.of(whole.get("text").textValue(), replay.pieceCharacters());
    for (int i = 0; i < pieces.size() - 1; i++) {
      ObjectNode piece = AnswerJson.object();
      piece.put("text", pieces.get(i));
      piece.set("index", whole.path("index").isInt() ? whole.get("index") : piece.numberNode(0));
      piece.putNull("logprobs");
      piece.putNull("finish_reason");
      write(piece);
    }
    ObjectNode last = whole.deepCopy();
    last.put("text", pieces.isEmpty() ? "" : pieces.getLast());
    write(last);
  }

  private void write(ObjectNode choice) {
    ObjectNode chunk = envelope.deepCopy();
    chunk.putArray("choices").add(choice);
    sse.writeBytes(AnswerJson.event(chunk));
  }

  private ByteString usage(ObjectNode answer) {
    if (!answer.path("usage").isObject()) {
      return ByteString.EMPTY;
    }
    ObjectNode chunk = envelope.deepCopy();
    chunk.putArray("choices");
    chunk.set("usage", answer.get("usage"));
    return UnsafeByteOperations.unsafeWrap(AnswerJson.event(chunk));
  }
}
