package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ToolCallDelta;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Anthropic's events as typed pieces. Remembers the blocks that are open; one a stream. */
final class MessageDeltas {

  private static final JsonMapper JSON = new JsonMapper();

  private final Map<Integer, Block> blocks = new HashMap<>();
  private int calls;
  private boolean finished;

  /** A block that has begun. */
  private static final class Block {
    private final boolean toolUse;
    private final int call;
    private final StringBuilder signature = new StringBuilder();
    private boolean written;

    Block(boolean toolUse, int call) {
      this.toolUse = toolUse;
      this.call = call;
    }
  }

  /** The pieces of one event, which is known to be well-formed JSON. */
  List<ChatDelta> of(byte[] json, int from, int to) {
    JsonNode event;
    try {
      event = JSON.readTree(json, from, to - from);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<ChatDelta> deltas = new ArrayList<>(2);
    int index = event.path("index").asInt();
    switch (event.path("type").asText()) {
      case "content_block_start" -> start(index, event.path("content_block"), deltas);
      case "content_block_delta" -> delta(index, event.path("delta"), deltas);
      case "content_block_stop" -> stop(index, deltas);
      case "message_delta" -> {
        JsonNode reason = event.path("delta").path("stop_reason");
        if (reason.isTextual() && !finished) {
          finished = true;
          ChatDelta.Builder end =
              ChatDelta.newBuilder().setFinishReason(StopReasons.of(reason.textValue()));
          JsonNode sequence = event.path("delta").path("stop_sequence");
          if (sequence.isTextual()) {
            end.setStopSequence(sequence.textValue());
          }
          deltas.add(end.build());
        }
      }
      default -> {
        // The start of the message, pings, and events that are yet to be invented.
      }
    }
    return deltas;
  }

  private void start(int index, JsonNode opening, List<ChatDelta> deltas) {
    String type = opening.path("type").asText();
    Block block = new Block(type.equals("tool_use"), calls);
    blocks.put(index, block);
    switch (type) {
      case "tool_use" -> {
        calls++;
        ToolCallDelta.Builder call =
            ToolCallDelta.newBuilder()
                .setIndex(block.call)
                .setId(opening.path("id").asText())
                .setName(opening.path("name").asText());
        JsonNode input = opening.path("input");
        if (input.isObject() && !input.isEmpty()) {
          block.written = true;
          call.setArgumentsJson(input.toString());
        }
        deltas.add(ChatDelta.newBuilder().setToolCall(call).build());
      }
      case "redacted_thinking" ->
          deltas.add(
              ChatDelta.newBuilder()
                  .setReasoningSignature(Thoughts.redacted(opening.path("data").asText()))
                  .build());
      case "text", "thinking" -> delta(index, opening, deltas);
      default -> {
        // Blocks of tools that the vendor runs itself.
      }
    }
  }

  private void delta(int index, JsonNode delta, List<ChatDelta> deltas) {
    Block block = blocks.get(index);
    if (block == null) {
      return;
    }
    String text = delta.path("text").asText();
    if (!text.isEmpty()) {
      deltas.add(ChatDelta.newBuilder().setText(text).build());
    }
    String thinking = delta.path("thinking").asText();
    if (!thinking.isEmpty()) {
      block.written = true;
      deltas.add(ChatDelta.newBuilder().setReasoning(thinking).build());
    }
    block.signature.append(delta.path("signature").asText());
    String json = delta.path("partial_json").asText();
    if (block.toolUse && !json.isEmpty()) {
      block.written = true;
      deltas.add(arguments(block.call, json));
    }
  }

  /** A call without arguments has an empty object of them; a thought is signed at its end. */
  private void stop(int index, List<ChatDelta> deltas) {
    Block block = blocks.remove(index);
    if (block == null) {
      return;
    }
    if (block.toolUse && !block.written) {
      deltas.add(arguments(block.call, "{}"));
    } else if (!block.signature.isEmpty()) {
      ByteString signature = Thoughts.signed(block.written, block.signature.toString());
      deltas.add(ChatDelta.newBuilder().setReasoningSignature(signature).build());
    }
  }

  private static ChatDelta arguments(int call, String json) {
    return ChatDelta.newBuilder()
        .setToolCall(ToolCallDelta.newBuilder().setIndex(call).setArgumentsJson(json))
        .build();
  }
}
