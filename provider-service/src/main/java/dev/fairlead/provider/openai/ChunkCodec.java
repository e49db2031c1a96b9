package dev.fairlead.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ToolCallDelta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** OpenAI's chat chunks as typed pieces. Remembers which tool calls have begun; one a stream. */
final class ChunkCodec {

  private static final JsonMapper JSON = new JsonMapper();

  private final Set<Long> begun = new HashSet<>();

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
    String reasoning = delta.path("reasoning_content").asText(delta.path("reasoning").asText(""));
    if (!reasoning.isEmpty()) {
      deltas.add(piece(index).setReasoning(reasoning).build());
    }
    String text = delta.path("content").asText("");
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
    if (choice.path("finish_reason").isTextual()) {
      ChatDelta.Builder end =
          piece(index).setFinishReason(FinishReasons.of(choice.path("finish_reason").textValue()));
      if (choice.path("stop_reason").isTextual()) {
        end.setStopSequence(choice.path("stop_reason").textValue());
      }
      deltas.add(end.build());
    }
  }

  /** Id and name only with the first piece, also where a server repeats them. */
  private ToolCallDelta toolCall(int choice, JsonNode call, int position) {
    int index = call.path("index").asInt(position);
    ToolCallDelta.Builder piece =
        ToolCallDelta.newBuilder()
            .setIndex(index)
            .setArgumentsJson(call.path("function").path("arguments").asText(""));
    if (begun.add(((long) choice << 32) | index)) {
      piece
          .setId(call.path("id").asText(""))
          .setName(call.path("function").path("name").asText(""));
    }
    return piece.build();
  }

  private static ChatDelta.Builder piece(int choice) {
    return ChatDelta.newBuilder().setChoiceIndex(choice);
  }
}
