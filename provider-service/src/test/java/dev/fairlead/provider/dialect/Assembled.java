package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Streams put together again as a client's library does it, which complains about events that come
 * out of order.
 */
public final class Assembled {

  private static final JsonMapper JSON = new JsonMapper();

  private Assembled() {}

  /** Read. */
  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  /** The data of every event; the name of a named one must be its type. */
  public static List<JsonNode> events(String sse) {
    List<JsonNode> events = new ArrayList<>();
    for (String event : sse.split("\n\n")) {
      String name = "";
      for (String line : event.split("\n")) {
        if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else {
          check(line.startsWith("data: "), line);
          JsonNode data = json(line.substring(6));
          check(name.isEmpty() || name.equals(data.path("type").asText()), line);
          events.add(data);
        }
      }
    }
    return events;
  }

  private static void check(boolean holds, String about) {
    if (!holds) {
      throw new AssertionError(about);
    }
  }

  /** Anthropic's events as the message they tell; tool inputs stay text. */
  public static ObjectNode message(String sse) {
    ObjectNode message = JSON.createObjectNode();
    ArrayNode content = JSON.createArrayNode();
    int open = -1;
    for (JsonNode event : events(sse)) {
      switch (event.path("type").asText()) {
        case "message_start" -> {
          check(message.isEmpty(), "a second message_start");
          message = event.path("message").deepCopy();
        }
        case "content_block_start" -> {
          check(open < 0 && event.path("index").asInt() == content.size(), event.toString());
          open = content.size();
          ObjectNode block = event.path("content_block").deepCopy();
          if (block.has("input")) {
            block.put("input", "");
          }
          content.add(block);
        }
        case "content_block_delta" -> {
          check(event.path("index").asInt() == open, event.toString());
          ObjectNode block = (ObjectNode) content.get(open);
          JsonNode delta = event.path("delta");
          switch (delta.path("type").asText()) {
            case "text_delta" -> append(block, "text", delta.path("text"));
            case "thinking_delta" -> append(block, "thinking", delta.path("thinking"));
            case "signature_delta" -> append(block, "signature", delta.path("signature"));
            case "input_json_delta" -> append(block, "input", delta.path("partial_json"));
            default -> throw new AssertionError(event.toString());
          }
        }
        case "content_block_stop" -> {
          check(event.path("index").asInt() == open, event.toString());
          open = -1;
        }
        case "message_delta" -> {
          check(open < 0, "message_delta within a block");
          message.setAll((ObjectNode) event.path("delta"));
          message.set("usage", event.path("usage"));
        }
        default -> throw new AssertionError(event.toString());
      }
    }
    message.set("content", content);
    return message;
  }

  private static void append(ObjectNode node, String member, JsonNode text) {
    check(text.isTextual(), text.toString());
    node.put(member, node.path(member).asText() + text.textValue());
  }

  /** The response of the last event, after checking that the deltas before say the same. */
  public static JsonNode response(String sse) {
    ArrayNode items = JSON.createArrayNode();
    int sequence = 0;
    JsonNode last = null;
    for (JsonNode event : events(sse)) {
      check(event.path("sequence_number").asInt() == sequence++, event.toString());
      check(last == null, "an event after the last");
      int output = event.path("output_index").asInt();
      switch (event.path("type").asText()) {
        case "response.output_item.added" -> {
          check(output == items.size(), event.toString());
          items.add(event.path("item").deepCopy());
        }
        case "response.content_part.added" ->
            ((ArrayNode) items.get(output).path("content")).add(event.path("part").deepCopy());
        case "response.reasoning_summary_part.added" ->
            ((ArrayNode) items.get(output).path("summary")).add(event.path("part").deepCopy());
        case "response.output_text.delta" ->
            append(part(items, event, "content"), "text", event.path("delta"));
        case "response.refusal.delta" ->
            append(part(items, event, "content"), "refusal", event.path("delta"));
        case "response.reasoning_summary_text.delta" ->
            append(part(items, event, "summary"), "text", event.path("delta"));
        case "response.function_call_arguments.delta" ->
            append((ObjectNode) items.get(output), "arguments", event.path("delta"));
        case "response.content_part.done" ->
            check(part(items, event, "content").equals(event.path("part")), event.toString());
        case "response.output_item.done" -> {
          ObjectNode item = (ObjectNode) items.get(output);
          if (item.has("status")) {
            item.set("status", TextNode.valueOf("completed"));
          }
          JsonNode signature = event.path("item").path("encrypted_content");
          if (signature.isTextual()) {
            item.set("encrypted_content", signature);
          }
          check(item.equals(event.path("item")), item + " is not " + event);
        }
        case "response.completed", "response.incomplete" -> last = event.path("response");
        default -> {}
      }
    }
    check(last != null && last.path("output").equals(items), items + " is not " + last);
    return Objects.requireNonNull(last);
  }

  private static ObjectNode part(ArrayNode items, JsonNode event, String member) {
    JsonNode item = items.get(event.path("output_index").asInt());
    check(item.path("id").equals(event.path("item_id")), event.toString());
    return (ObjectNode) item.path(member).get(0);
  }
}
