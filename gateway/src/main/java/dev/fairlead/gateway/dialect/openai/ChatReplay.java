package dev.fairlead.gateway.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
import java.util.Map;
import java.util.Set;

/**
 * A complete chat answer told as chunks: for each choice its role, then reasoning, text, refusal
 * and tool calls in pieces, then its finish reason. Members that no specification names travel in
 * the first chunk that has a place for them. One use an instance.
 */
final class ChatReplay {

  private static final Set<String> CHOICE_MEMBERS =
      Set.of("index", "message", "logprobs", "finish_reason");
  private static final List<String> TEXTS =
      List.of("reasoning_content", "reasoning", "content", "refusal");
  private static final Set<String> ON_EVERY_CHUNK =
      Set.of("id", "created", "model", "service_tier", "system_fingerprint");
  private static final Set<String> NOT_IN_CHUNKS = Set.of("object", "choices", "usage");

  private final ObjectNode answer;
  private final CachedReplay replay;
  private final ByteArrayOutputStream sse = new ByteArrayOutputStream(1024);
  private boolean first = true;

  private ChatReplay(ObjectNode answer, CachedReplay replay) {
    this.answer = answer;
    this.replay = replay;
  }

  static RawEventStream of(RawAnswer complete, CachedReplay replay) {
    ObjectNode answer = AnswerJson.object(complete.getBody().toByteArray(), "stored answer");
    if (!(answer.get("choices") instanceof ArrayNode choices) || choices.isEmpty()) {
      throw AnswerJson.malformed("stored answer has no choices");
    }
    ChatReplay chunks = new ChatReplay(answer, replay);
    int position = 0;
    for (JsonNode choice : choices) {
      chunks.choice(choice, position++);
    }
    return RawEventStream.newBuilder()
        .setDialect(Dialect.DIALECT_OPENAI_CHAT)
        .setSse(ByteString.copyFrom(chunks.sse.toByteArray()))
        .setUsageSse(chunks.usage())
        .build();
  }

  private void choice(JsonNode choice, int position) {
    if (!(choice.get("message") instanceof ObjectNode message)) {
      throw AnswerJson.malformed("choice " + position + " of the stored answer has no message");
    }
    int index = choice.path("index").asInt(position);
    JsonNode logprobs = choice.path("logprobs");
    ObjectNode opening = chunk(index, opening(message));
    if (logprobs.isObject()) {
      ((ObjectNode) opening.get("choices").get(0)).set("logprobs", logprobs);
    }
    write(opening);
    for (String name : TEXTS) {
      if (message.path(name).isTextual()) {
        texts(index, name, message.get(name).textValue());
      }
    }
    if (message.path("tool_calls") instanceof ArrayNode calls) {
      for (int i = 0; i < calls.size(); i++) {
        toolCall(index, i, calls.get(i));
      }
    }
    write(closing(index, choice));
  }

  /** The role, and every member that is not told in pieces. */
  private static ObjectNode opening(ObjectNode message) {
    ObjectNode delta = object();
    delta.put("role", message.path("role").asText("assistant"));
    for (Map.Entry<String, JsonNode> member : message.properties()) {
      String name = member.getKey();
      if (TEXTS.contains(name)) {
        delta.set(name, member.getValue().isTextual() ? delta.textNode("") : member.getValue());
      } else if (!name.equals("role") && !name.equals("tool_calls")) {
        delta.set(name, member.getValue());
      }
    }
    return delta;
  }

  private void texts(int index, String name, String text) {
    for (String piece : TextPieces.of(text, replay.pieceCharacters())) {
      ObjectNode delta = object();
      delta.put(name, piece);
      write(chunk(index, delta));
    }
  }

  private void toolCall(int index, int position, JsonNode call) {
    JsonNode arguments = call.path("function").path("arguments");
    ObjectNode header = object();
    header.put("index", position);
    if (call instanceof ObjectNode members) {
      header.setAll(members.deepCopy());
      header.put("index", position);
    }
    if (arguments.isTextual()) {
      ((ObjectNode) header.get("function")).put("arguments", "");
    }
    write(chunk(index, callDelta(header)));
    for (String part : TextPieces.of(arguments.asText(""), replay.pieceCharacters())) {
      ObjectNode piece = object();
      piece.put("index", position);
      piece.putObject("function").put("arguments", part);
      write(chunk(index, callDelta(piece)));
    }
  }

  private static ObjectNode callDelta(ObjectNode call) {
    ObjectNode delta = object();
    delta.putArray("tool_calls").add(call);
    return delta;
  }

  private ObjectNode closing(int index, JsonNode choice) {
    ObjectNode chunk = chunk(index, object());
    ObjectNode end = (ObjectNode) chunk.get("choices").get(0);
    for (Map.Entry<String, JsonNode> member : choice.properties()) {
      if (!CHOICE_MEMBERS.contains(member.getKey())) {
        end.set(member.getKey(), member.getValue());
      }
    }
    end.set(
        "finish_reason",
        choice.path("finish_reason").isTextual() ? choice.get("finish_reason") : end.nullNode());
    return chunk;
  }

  private ObjectNode chunk(int index, ObjectNode delta) {
    ObjectNode chunk = envelope();
    ObjectNode choice = chunk.putArray("choices").addObject();
    choice.put("index", index);
    choice.set("delta", delta);
    choice.putNull("logprobs");
    choice.putNull("finish_reason");
    return chunk;
  }

  private ObjectNode envelope() {
    ObjectNode chunk = object();
    for (Map.Entry<String, JsonNode> member : answer.properties()) {
      String name = member.getKey();
      if (ON_EVERY_CHUNK.contains(name) || first && !NOT_IN_CHUNKS.contains(name)) {
        chunk.set(name, member.getValue());
      }
    }
    first = false;
    chunk.put("object", "chat.completion.chunk");
    if (replay.id() != null) {
      chunk.put("id", replay.id());
    }
    if (replay.createdEpochSeconds() != null) {
      chunk.put("created", replay.createdEpochSeconds());
    }
    if (replay.model() != null) {
      chunk.put("model", replay.model());
    }
    return chunk;
  }

  private ByteString usage() {
    if (!answer.path("usage").isObject()) {
      return ByteString.EMPTY;
    }
    ObjectNode chunk = envelope();
    chunk.putArray("choices");
    chunk.set("usage", answer.get("usage"));
    return UnsafeByteOperations.unsafeWrap(AnswerJson.event(chunk));
  }

  private void write(ObjectNode chunk) {
    sse.writeBytes(AnswerJson.event(chunk));
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
