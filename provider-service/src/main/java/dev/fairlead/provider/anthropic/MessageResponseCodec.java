package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

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
    Iterator<String> inputs = inputs(json, length).iterator();
    for (JsonNode block : root.path("content")) {
      block(block, block.has("input") ? inputs.next() : "{}", message);
    }
    Choice.Builder choice =
        Choice.newBuilder()
            .setMessage(message)
            .setFinishReason(StopReasons.of(root.path("stop_reason").asText()));
    if (root.path("stop_sequence").isTextual()) {
      choice.setStopSequence(root.path("stop_sequence").textValue());
    }
    return ChatResponse.newBuilder().setId(root.path("id").asText()).addChoices(choice).build();
  }

  private static void block(JsonNode block, String input, Message.Builder message) {
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
                  .setArgumentsJson(input));
      default -> {
        // Blocks of tools that the vendor runs itself; their outcome is in the text.
      }
    }
  }

  /**
   * The {@code input} of each block as the vendor wrote it: a tree would tell numbers and escapes
   * in another form.
   */
  private static List<String> inputs(byte[] json, int length) throws IOException {
    List<String> inputs = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(json, 0, length)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean content = parser.currentName().equals("content");
        if (content) {
          inputs.clear();
        }
        if (parser.nextToken() == JsonToken.START_ARRAY && content) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            inputOf(parser, json).ifPresent(inputs::add);
          }
        } else {
          parser.skipChildren();
        }
      }
    }
    return inputs;
  }

  private static Optional<String> inputOf(JsonParser parser, byte[] json) throws IOException {
    Optional<String> input = Optional.empty();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return input;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = parser.currentName().equals("input");
      parser.nextToken();
      int from = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      parser.finishToken();
      if (found) {
        int to = (int) parser.currentLocation().getByteOffset();
        input = Optional.of(new String(json, from, to - from, StandardCharsets.UTF_8).strip());
      }
    }
    return input;
  }

  private static void reasoning(Message.Builder message, Reasoning.Builder reasoning) {
    message.addContent(ContentPart.newBuilder().setReasoning(reasoning));
  }

  private static String text(JsonNode block, String name) {
    return block.path(name).asText();
  }
}
