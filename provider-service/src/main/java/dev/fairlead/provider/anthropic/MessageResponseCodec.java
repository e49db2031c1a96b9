package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ToolCall;
import java.io.IOException;

/** A whole message as a typed answer. Pure. */
final class MessageResponseCodec {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private MessageResponseCodec() {}

  static ChatResponse decode(byte[] json, int length) throws IOException {
    JsonNode root = JSON.readTree(json, 0, length);
    Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT);
    for (JsonNode block : root.path("content")) {
      block(block, message);
    }
    return ChatResponse.newBuilder()
        .setId(root.path("id").asText())
        .addChoices(
            Choice.newBuilder()
                .setMessage(message)
                .setFinishReason(StopReasons.of(root.path("stop_reason").asText())))
        .build();
  }

  private static void block(JsonNode block, Message.Builder message) {
    switch (block.path("type").asText()) {
      case "text" -> message.addContent(ContentPart.newBuilder().setText(text(block, "text")));
      case "thinking" -> {
        String thinking = text(block, "thinking");
        reasoning(
            message,
            Reasoning.newBuilder()
                .setText(thinking)
                .setSignature(Thoughts.signed(!thinking.isEmpty(), text(block, "signature"))));
      }
      case "redacted_thinking" ->
          reasoning(
              message, Reasoning.newBuilder().setSignature(Thoughts.redacted(text(block, "data"))));
      case "tool_use" ->
          message.addToolCalls(
              ToolCall.newBuilder()
                  .setId(text(block, "id"))
                  .setName(text(block, "name"))
                  .setArgumentsJson(block.path("input").toString()));
      default -> {
        // Blocks of tools that the vendor runs itself; their outcome is in the text.
      }
    }
  }

  private static void reasoning(Message.Builder message, Reasoning.Builder reasoning) {
    message.addContent(ContentPart.newBuilder().setReasoning(reasoning));
  }

  private static String text(JsonNode block, String name) {
    return block.path(name).asText();
  }
}
