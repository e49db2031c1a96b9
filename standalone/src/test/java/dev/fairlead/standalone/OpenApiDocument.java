package dev.fairlead.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * The schemas of an OpenAPI 3.1 document, as far as answers need them: types, required members,
 * enumerations, references and the three compositions. A number's or a text's format is not looked
 * at.
 */
final class OpenApiDocument {

  private static final int MAX_CHARACTERS = 32 << 20;

  private final JsonNode root;

  private OpenApiDocument(JsonNode root) {
    this.root = root;
  }

  /** OpenAI's own document, where it is at hand. */
  static Optional<OpenApiDocument> openAi() {
    String named = System.getenv("FAIRLEAD_OPENAPI");
    List<Path> places =
        named != null
            ? List.of(Path.of(named))
            : List.of(
                Path.of("../shared/yardsticks/openai-openapi.yaml.gz"),
                Path.of("../../shared/yardsticks/openai-openapi.yaml.gz"));
    return places.stream().filter(Files::isReadable).findFirst().map(OpenApiDocument::read);
  }

  private static OpenApiDocument read(Path path) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    ObjectMapper yaml = new ObjectMapper(YAMLFactory.builder().loaderOptions(options).build());
    try (InputStream file = Files.newInputStream(path);
        InputStream text = path.toString().endsWith(".gz") ? new GZIPInputStream(file) : file) {
      return new OpenApiDocument(yaml.readTree(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong with {@code value} as that schema; empty when nothing is. */
  List<String> violations(String schema, JsonNode value) {
    List<String> violations = new ArrayList<>();
    check(root.path("components").path("schemas").path(schema), value, schema, violations);
    return violations;
  }

  private void check(JsonNode given, JsonNode value, String path, List<String> violations) {
    JsonNode schema = resolved(given);
    if (schema.isMissingNode()) {
      violations.add(path + ": no such schema");
      return;
    }
    if (value.isNull() && schema.path("nullable").asBoolean()) {
      return;
    }
    for (JsonNode part : schema.path("allOf")) {
      check(part, value, path, violations);
    }
    oneOf(schema.path("anyOf"), value, path, violations);
    oneOf(schema.path("oneOf"), value, path, violations);
    if (schema.has("type") && !isOfType(schema.get("type"), value)) {
      violations.add(path + ": " + shown(value) + " is not " + schema.get("type"));
      return;
    }
    if (schema.has("enum") && !contains(schema.get("enum"), value)) {
      violations.add(path + ": " + shown(value) + " is not one of " + schema.get("enum"));
    }
    if (schema.has("const") && !schema.get("const").equals(value)) {
      violations.add(path + ": " + shown(value) + " is not " + schema.get("const"));
    }
    members(schema, value, path, violations);
  }

  private void members(JsonNode schema, JsonNode value, String path, List<String> violations) {
    if (value.isArray() && schema.has("items")) {
      for (int i = 0; i < value.size(); i++) {
        check(schema.get("items"), value.get(i), path + "[" + i + "]", violations);
      }
    }
    if (!value.isObject()) {
      return;
    }
    for (JsonNode name : schema.path("required")) {
      if (!value.has(name.asText())) {
        violations.add(path + "." + name.asText() + ": missing");
      }
    }
    for (Map.Entry<String, JsonNode> member : schema.path("properties").properties()) {
      if (value.has(member.getKey())) {
        check(
            member.getValue(),
            value.get(member.getKey()),
            path + "." + member.getKey(),
            violations);
      }
    }
  }

  /** Tells of the alternative that comes nearest. */
  private void oneOf(JsonNode alternatives, JsonNode value, String path, List<String> violations) {
    List<String> nearest = null;
    for (JsonNode alternative : alternatives) {
      List<String> found = new ArrayList<>();
      check(alternative, value, path, found);
      if (found.isEmpty()) {
        return;
      }
      nearest = nearest == null || found.size() < nearest.size() ? found : nearest;
    }
    if (nearest != null) {
      violations.addAll(nearest);
    }
  }

  private JsonNode resolved(JsonNode schema) {
    JsonNode current = schema;
    while (current.has("$ref")) {
      String name = current.get("$ref").asText();
      current =
          root.path("components").path("schemas").path(name.substring(name.lastIndexOf('/') + 1));
    }
    return current;
  }

  private static boolean isOfType(JsonNode type, JsonNode value) {
    if (type.isArray()) {
      for (JsonNode one : type) {
        if (isOfType(one, value)) {
          return true;
        }
      }
      return false;
    }
    return switch (type.asText()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      default -> true;
    };
  }

  private static boolean contains(JsonNode values, JsonNode value) {
    for (JsonNode one : values) {
      if (one.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
