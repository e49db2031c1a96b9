package dev.fairlead.gateway.dialect.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.gateway.dialect.CachedReplay;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.TextPieces;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Set;

/**
 * A complete message told as events: the message without content, each block opened, told in pieces
 * and closed, then the stop reason with the usage. Blocks whose type no specification names travel
 * whole in their opening event. One use an instance.
 */
final class MessageReplay {

  /** Told at the end of a stream, not at its start. */
  private static final Set<String> AT_END = Set.of("stop_reason", "stop_sequence", "stop_details");

  private final ObjectNode message;
  private final CachedReplay replay;
  private final ByteArrayOutputStream sse = new ByteArrayOutputStream(1024);

  private MessageReplay(ObjectNode message, CachedReplay replay) {
    this.message = message;
    this.replay = replay;
  }

  static RawEventStream of(RawAnswer complete, CachedReplay replay) {
    ObjectNode message = AnswerJson.object(complete.getBody().toByteArray(), "stored answer");
    if (!(message.get("content") instanceof ArrayNode content)) {
      throw AnswerJson.malformed("stored answer has no content");
    }
    MessageReplay events = new MessageReplay(message, replay);
    events.start();
    for (int i = 0; i < content.size(); i++) {
      events.block(i, content.get(i));
    }
    events.delta();
    return RawEventStream.newBuilder()
        .setDialect(Dialect.DIALECT_ANTHROPIC_MESSAGES)
        .setSse(UnsafeByteOperations.unsafeWrap(events.sse.toByteArray()))
        .build();
  }

  private void start() {
    ObjectNode opened = message.deepCopy();
    opened.putArray("content");
    for (String name : AT_END) {
      if (opened.has(name)) {
        opened.putNull(name);
      }
    }
    if (opened.get("usage") instanceof ObjectNode usage) {
      usage.put("output_tokens", 0);
    }
    if (replay.id() != null) {
      opened.put("id", replay.id());
    }
    if (replay.model() != null) {
      opened.put("model", replay.model());
    }
    ObjectNode event = event("message_start");
    event.set("message", opened);
    write(event);
  }

  private void block(int index, JsonNode block) {
    if (!(block instanceof ObjectNode whole)) {
      throw AnswerJson.malformed("block " + index + " of the stored answer is not an object");
    }
    ObjectNode opening = whole.deepCopy();
    ObjectNode start = event("content_block_start");
    start.put("index", index);
    start.set("content_block", opening);
    switch (whole.path("type").asText()) {
      case "text" -> {
        opening.put("text", "");
        if (whole.path("citations").isArray()) {
          opening.putArray("citations");
        }
        write(start);
        whole.path("citations").forEach(citation -> citation(index, citation));
        pieces(index, "text_delta", "text", whole.path("text").asText());
      }
      case "thinking" -> {
        opening.put("thinking", "");
        opening.put("signature", "");
        write(start);
        pieces(index, "thinking_delta", "thinking", whole.path("thinking").asText());
        delta(index, "signature_delta", "signature", whole.path("signature"));
      }
      case "tool_use", "server_tool_use" -> {
        opening.putObject("input");
        write(start);
        String input = new String(AnswerJson.bytes(whole.path("input")), UTF_8);
        pieces(index, "input_json_delta", "partial_json", input);
      }
      default -> write(start);
    }
    ObjectNode stop = event("content_block_stop");
    stop.put("index", index);
    write(stop);
  }

  private void citation(int index, JsonNode citation) {
    delta(index, "citations_delta", "citation", citation);
  }

  private void pieces(int index, String type, String member, String text) {
    for (String piece : TextPieces.of(text, replay.pieceCharacters())) {
      delta(index, type, member, message.textNode(piece));
    }
  }

  private void delta(int index, String type, String member, JsonNode value) {
    if (value.isMissingNode()) {
      return;
    }
    ObjectNode event = event("content_block_delta");
    event.put("index", index);
    ObjectNode delta = event.putObject("delta");
    delta.put("type", type);
    delta.set(member, value);
    write(event);
  }

  private void delta() {
    ObjectNode event = event("message_delta");
    ObjectNode delta = event.putObject("delta");
    delta.putNull("stop_reason");
    delta.putNull("stop_sequence");
    for (Map.Entry<String, JsonNode> member : message.properties()) {
      if (AT_END.contains(member.getKey())) {
        delta.set(member.getKey(), member.getValue());
      }
    }
    if (message.path("usage").isObject()) {
      event.set("usage", message.get("usage"));
    } else {
      event.putObject("usage").put("output_tokens", 0);
    }
    write(event);
  }

  private static ObjectNode event(String type) {
    ObjectNode event = AnswerJson.object();
    event.put("type", type);
    return event;
  }

  private void write(ObjectNode event) {
    sse.writeBytes(AnswerJson.event(event.get("type").textValue(), event));
  }
}
