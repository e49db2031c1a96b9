package dev.fairlead.gateway.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Merges deltas into what they are pieces of, also those of members that no specification names:
 * text is appended, objects are merged member by member, elements of an array are matched by their
 * {@code index} or else appended, any other value replaces the earlier one. Text is collected in
 * builders, so that many pieces cost no more than their length.
 */
final class Deltas {

  /** Told once, or repeated unchanged by some servers; never a piece of text. */
  private static final Set<String> WHOLE = Set.of("role", "id", "type", "name", "format");

  private final Map<ObjectNode, Map<String, StringBuilder>> texts = new IdentityHashMap<>();

  void merge(ObjectNode into, JsonNode delta) {
    for (Map.Entry<String, JsonNode> member : delta.properties()) {
      member(into, member.getKey(), member.getValue());
    }
  }

  private void member(ObjectNode into, String name, JsonNode piece) {
    JsonNode known = into.get(name);
    if (piece.isNull()) {
      if (known == null) {
        into.set(name, piece);
      }
    } else if (piece.isTextual()) {
      text(into, name, piece.textValue());
    } else if (piece.isObject()) {
      merge(known instanceof ObjectNode object ? object : into.putObject(name), piece);
    } else if (piece instanceof ArrayNode more) {
      elements(known instanceof ArrayNode array ? array : into.putArray(name), more);
    } else {
      into.set(name, piece);
    }
  }

  private void text(ObjectNode into, String name, String piece) {
    JsonNode known = into.get(name);
    if (!WHOLE.contains(name)) {
      Map<String, StringBuilder> members = texts.computeIfAbsent(into, key -> new HashMap<>());
      members.computeIfAbsent(name, key -> new StringBuilder()).append(piece);
    }
    boolean empty = known == null || !known.isTextual() || known.textValue().isEmpty();
    if (empty) {
      into.put(name, piece);
    }
  }

  private void elements(ArrayNode into, ArrayNode more) {
    for (JsonNode element : more) {
      ObjectNode known = matching(into, element);
      if (known != null) {
        merge(known, element);
      } else if (element.isObject()) {
        merge(into.addObject(), element);
      } else {
        into.add(element);
      }
    }
  }

  /**
   * The element that this one continues. Without an index it continues the last one, unless it
   * brings an id of its own.
   */
  private static @Nullable ObjectNode matching(ArrayNode into, JsonNode element) {
    JsonNode index = element.path("index");
    for (JsonNode known : into) {
      if (index.isInt() && index.equals(known.path("index"))) {
        return (ObjectNode) known;
      }
    }
    boolean continues =
        !index.isInt() && element.path("function").isObject() && !element.hasNonNull("id");
    return continues && !into.isEmpty() && into.get(into.size() - 1) instanceof ObjectNode last
        ? last
        : null;
  }

  /** Puts the collected texts in place, and takes away what only deltas have. */
  void finish(ObjectNode message) {
    texts.forEach(
        (object, members) -> members.forEach((name, text) -> object.put(name, text.toString())));
    if (message.get("tool_calls") instanceof ArrayNode calls) {
      ToolCalls.finish(calls);
    }
  }
}
