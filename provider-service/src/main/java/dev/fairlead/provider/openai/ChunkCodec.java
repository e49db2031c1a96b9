package dev.fairlead.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ToolCallDelta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * OpenAI's chat chunks as typed pieces. Remembers which tool calls have begun, and counts them
 * itself: Ollama tells each of several calls whole and all of them at index 0, or without one. One
 * a stream.
 */
final class ChunkCodec {

  private static final JsonMapper JSON = new JsonMapper();

  /** How many calls of a choice have begun. */
  private final Map<Integer, Integer> begun = new HashMap<>();

  /** The call that goes on at an index of the server's, by choice and index. */
  private final Map<Long, Call> running = new HashMap<>();

  /** A call that has begun. */
  private record Call(int index, String id) {

    /** Without a name it is a further piece of the same call: some servers give each an id. */
    boolean isOtherThan(String otherId, String name) {
      return !name.isEmpty() && !otherId.isEmpty() && !id.isEmpty() && !otherId.equals(id);
    }
  }

  /** The pieces of one chunk, which is known to be well-formed JSON. */
  List<ChatDelta> deltas(byte[] json, int from, int to) {
    try {
      List<ChatDelta> deltas = new ArrayList<>(2);
      for (JsonNode choice : JSON.readTree(json, from, to - from).path("choices")) {
        choice(choice, deltas);
      }
      return deltas;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void choice(JsonNode choice, List<ChatDelta> deltas) {
    int index = choice.path("index").asInt();
    JsonNode delta = choice.path("delta");
    String reasoning = MessageContent.reasoning(delta);
    if (!reasoning.isEmpty()) {
      deltas.add(piece(index).setReasoning(reasoning).build());
    }
    String text = MessageContent.text(delta.path("content"));
    if (!text.isEmpty()) {
      deltas.add(piece(index).setText(text).build());
    }
    String refusal = delta.path("refusal").asText("");
    if (!refusal.isEmpty()) {
      deltas.add(piece(index).setRefusal(refusal).build());
    }
    int position = 0;
    for (JsonNode call : delta.path("tool_calls")) {
      deltas.add(piece(index).setToolCall(toolCall(index, call, position++)).build());
    }
    String reason = choice.path("finish_reason").asText("");
    if (!reason.isEmpty()) {
      ChatDelta.Builder end = piece(index).setFinishReason(FinishReasons.of(reason));
      if (choice.path("stop_reason").isTextual()) {
        end.setStopSequence(choice.path("stop_reason").textValue());
      }
      deltas.add(end.build());
    }
  }

  /** Id and name only with the first piece, also where a server repeats them. */
  private ToolCallDelta toolCall(int choice, JsonNode node, int position) {
    String id = node.path("id").asText("");
    String name = node.path("function").path("name").asText("");
    long told = ((long) choice << 32) | node.path("index").asInt(position);
    Call call = running.get(told);
    ToolCallDelta.Builder piece = ToolCallDelta.newBuilder();
    if (call == null || call.isOtherThan(id, name)) {
      call = new Call(begun.merge(choice, 1, Integer::sum) - 1, id);
      running.put(told, call);
      piece.setId(id).setName(name);
    }
    return piece
        .setIndex(call.index)
        .setArgumentsJson(node.path("function").path("arguments").asText(""))
        .build();
  }

  private static ChatDelta.Builder piece(int choice) {
    return ChatDelta.newBuilder().setChoiceIndex(choice);
  }
}
