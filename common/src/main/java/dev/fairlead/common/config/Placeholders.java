package dev.fairlead.common.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${NAME}} and {@code ${NAME:-other}} in the texts of a tree, once: what it puts in
 * stays as it is.
 */
final class Placeholders {

  private static final Pattern FORM =
      Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

  private Placeholders() {}

  /** Replaces in place where it can; the returned node stands for {@code node}. */
  static JsonNode replaced(JsonNode node, Map<String, String> environment) {
    if (node instanceof ObjectNode object) {
      object.properties().forEach(entry -> entry.setValue(replaced(entry.getValue(), environment)));
      return object;
    }
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, replaced(array.get(i), environment));
      }
      return array;
    }
    return node.isTextual() && node.textValue().contains("${")
        ? text(node.textValue(), environment)
        : node;
  }

  private static TextNode text(String value, Map<String, String> environment) {
    return TextNode.valueOf(
        FORM.matcher(value)
            .replaceAll(match -> {
              String set = environment.getOrDefault(match.group(1), "");
              String otherwise = match.group(2) == null ? "" : match.group(2);
              return Matcher.quoteReplacement(set.isEmpty() ? otherwise : set);
            }));
  }
}
