package dev.fairlead.provider.mock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a mock says: it repeats the question's beginning and goes on in words drawn by seed and
 * prompt.
 */
final class MockText {

  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> WORDS =
      List.of(
          "harbour", "line", "current", "anchor", "quiet", "measure", "signal", "north", "steady",
          "course", "depth", "wind", "follow", "keep", "turn", "mark", "light", "shore", "tide",
          "watch", "clear", "bearing", "easy", "deck", "slack", "hold", "drift", "chart", "pilot",
          "rope", "swell", "calm");
  private static final int LONGEST_ECHO = 80;
  private static final int SHORTEST = 12;
  private static final int DEEPEST_SCHEMA = 8;

  private MockText() {}

  /** The answer in tokens; their concatenation is the text. Equal for equal arguments. */
  static List<String> tokens(long seed, String model, MockPrompt prompt) {
    SplittableRandom random =
        new SplittableRandom(seed * 31 + prompt.all().hashCode() * 7L + model.hashCode());
    String schema = prompt.jsonSchema();
    if (schema != null) {
      return pieces(json(schema, random));
    }
    List<String> tokens =
        new ArrayList<>(
            pieces("Mock answer of " + model + " to \"" + echo(prompt.question()) + "\":"));
    int more = SHORTEST + random.nextInt(2 * SHORTEST);
    for (int i = 0; i < more; i++) {
      tokens.add(" " + WORDS.get(random.nextInt(WORDS.size())));
    }
    tokens.add(".");
    return tokens;
  }

  private static String echo(String question) {
    String line = question.replaceAll("\\s+", " ").strip();
    if (line.length() <= LONGEST_ECHO) {
      return line;
    }
    int end =
        Character.isHighSurrogate(line.charAt(LONGEST_ECHO - 1)) ? LONGEST_ECHO - 1 : LONGEST_ECHO;
    return line.substring(0, end) + "...";
  }

  /** Cuts before each space, so that no token splits a character. */
  private static List<String> pieces(String text) {
    return List.of(text.split("(?= )", -1));
  }

  private static String json(String schema, SplittableRandom random) {
    try {
      JsonNode node = JSON.readTree(schema);
      return node.has("properties") || node.has("type")
          ? instance(node, random, 0).toString()
          : JsonNodeFactory.instance
              .objectNode()
              .put("answer", WORDS.get(random.nextInt(WORDS.size())))
              .toString();
    } catch (IOException e) {
      return "{}";
    }
  }

  /** The plainest value that a schema of types, properties, items and enums allows. */
  private static JsonNode instance(JsonNode schema, SplittableRandom random, int depth) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    if (schema.path("enum").size() > 0) {
      return schema.path("enum").get(0);
    }
    JsonNode type = schema.path("type");
    switch (type.isArray() ? type.path(0).asText() : type.asText("object")) {
      case "string":
        return make.textNode(WORDS.get(random.nextInt(WORDS.size())));
      case "integer":
        return make.numberNode(random.nextInt(100));
      case "number":
        return make.numberNode(random.nextInt(1000) / 10.0);
      case "boolean":
        return make.booleanNode(random.nextBoolean());
      case "null":
        return make.nullNode();
      case "array":
        return depth < DEEPEST_SCHEMA && schema.has("items")
            ? make.arrayNode().add(instance(schema.get("items"), random, depth + 1))
            : make.arrayNode();
      default:
        ObjectNode object = make.objectNode();
        if (depth < DEEPEST_SCHEMA) {
          for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            object.set(property.getKey(), instance(property.getValue(), random, depth + 1));
          }
        }
        return object;
    }
  }
}
