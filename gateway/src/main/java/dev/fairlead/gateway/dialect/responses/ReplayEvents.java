package dev.fairlead.gateway.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.TextPieces;
import java.io.ByteArrayOutputStream;

/** The events of a replay, numbered in the order they are written. */
final class ReplayEvents {

  private final int pieceCharacters;
  private final ByteArrayOutputStream sse = new ByteArrayOutputStream(2048);
  private int sequence;

  ReplayEvents(int pieceCharacters) {
    this.pieceCharacters = pieceCharacters;
  }

  /**
   * Where an event belongs.
   *
   * @param indexName name of the index within the item; empty means that there is none
   */
  record Place(String itemId, int outputIndex, String indexName, int index) {}

  ObjectNode event(String type) {
    ObjectNode event = AnswerJson.object();
    event.put("type", type);
    return event;
  }

  ObjectNode event(String type, Place place) {
    ObjectNode event = event(type);
    event.put("item_id", place.itemId());
    event.put("output_index", place.outputIndex());
    if (!place.indexName().isEmpty()) {
      event.put(place.indexName(), place.index());
    }
    return event;
  }

  void pieces(String type, Place place, String text, boolean withLogprobs) {
    for (String piece : TextPieces.of(text, pieceCharacters)) {
      ObjectNode event = event(type, place);
      event.put("delta", piece);
      if (withLogprobs) {
        event.putArray("logprobs");
      }
      write(event);
    }
  }

  void write(JsonNode event) {
    ObjectNode numbered = (ObjectNode) event;
    numbered.put("sequence_number", sequence++);
    sse.writeBytes(AnswerJson.event(numbered.get("type").textValue(), numbered));
  }

  byte[] bytes() {
    return sse.toByteArray();
  }
}
