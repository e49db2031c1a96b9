package dev.fairlead.common.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says in the words of a configuration file why a tree could not become a record. Shows a value
 * only where it is a plain one of a type that is no secret, and keeps no cause, because the
 * parser's exceptions quote their input.
 *
 * @param origin what the file is called
 * @param path of the tree within the file
 * @param tree what was bound
 * @param fromEnvironment paths whose value came from an environment variable, with its name
 */
record BindingComplaint(
    String origin,
    String path,
    JsonNode tree,
    Map<String, String> fromEnvironment,
    ObjectMapper binder) {

  ConfigException of(JacksonException error) {
    return switch (error) {
      case UnrecognizedPropertyException e -> unknownKey(e);
      case MismatchedInputException e -> mismatch(e, e.getTargetType());
      case JsonMappingException e
          when e.getCause() != null && !(e.getCause() instanceof JacksonException) ->
          validation(e, String.valueOf(e.getCause().getMessage()));
      case JsonMappingException e -> mismatch(e, null);
      default -> complaint(path, error.getOriginalMessage());
    };
  }

  private ConfigException unknownKey(UnrecognizedPropertyException e) {
    List<String> known = e.getKnownPropertyIds().stream().map(Object::toString).sorted().toList();
    return new ConfigException(
        origin + ": unknown key `" + key(e) + "`" + Nearest.hint(e.getPropertyName(), known));
  }

  /** A compact constructor names its own key, with or without the section. */
  private ConfigException validation(JsonMappingException e, String message) {
    int colon = message.indexOf(": ");
    String named = colon < 0 ? "" : message.substring(0, colon);
    if (!named.matches("[a-z0-9_.\\[\\]]+")) {
      return complaint(key(e), message);
    }
    String section = path.split("[.\\[]", 2)[0];
    boolean complete = named.startsWith(section + ".") || named.startsWith(section + "[");
    return complaint(complete ? named : key(e) + "." + named, message.substring(colon + 2));
  }

  private ConfigException mismatch(JsonMappingException e, @Nullable Class<?> target) {
    return complaint(key(e), shown(at(e), target) + " (expected: " + expectation(target) + ")");
  }

  private ConfigException complaint(String key, @Nullable String what) {
    String variable = fromEnvironment.get(key.replaceAll("\\[\\d+]$", ""));
    String where = variable == null ? origin : "environment variable " + variable;
    return new ConfigException(where + ": " + key + ": " + what);
  }

  private JsonNode at(JsonMappingException e) {
    JsonNode node = tree;
    for (JsonMappingException.Reference step : e.getPath()) {
      node =
          step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
    }
    return node;
  }

  private static String shown(JsonNode value, @Nullable Class<?> target) {
    if (value instanceof MissingNode
        || value.isNull()
        || (value.isTextual() && value.textValue().isEmpty())) {
      return "missing";
    }
    return value.isContainerNode() || target == Secret.class ? kind(value) : value.toString();
  }

  /** What a value is, for messages that must not show it. */
  static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT, POJO -> "a mapping";
      case ARRAY -> "a list";
      case STRING, BINARY -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL, MISSING -> "nothing";
    };
  }

  private String expectation(@Nullable Class<?> target) {
    if (target == null) {
      return "a value of the key's type and range";
    }
    if (target == int.class
        || target == long.class
        || target == Integer.class
        || target == Long.class) {
      return "a whole number";
    }
    if (target == double.class || target == float.class || target == Double.class) {
      return "a number";
    }
    if (target == boolean.class || target == Boolean.class) {
      return "true or false";
    }
    if (target == Duration.class) {
      return DurationDeserializer.EXPECTATION;
    }
    if (target.isEnum()) {
      return "one of: "
          + Arrays.stream(target.getEnumConstants())
              .map(constant -> binder.valueToTree(constant).asText().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
    }
    if (Collection.class.isAssignableFrom(target)) {
      return "a list";
    }
    return target == String.class || target == Secret.class ? "a text" : "a mapping";
  }

  private String key(JsonMappingException e) {
    return path
        + e.getPath().stream()
            .map(step ->
                step.getFieldName() == null
                    ? "[" + step.getIndex() + "]"
                    : "." + step.getFieldName())
            .collect(Collectors.joining());
  }
}
