package dev.fairlead.common.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * One YAML file, seen through its sections. A section is the reference file {@code
 * /fairlead/<section>.yaml} of the module that owns it, overlaid by the user's file, overlaid by
 * the environment, bound to a record whose compact constructor validates. A process reads only the
 * sections it owns, so that all services can share one file.
 *
 * <p>{@code ${NAME}} in a value of the user's file is replaced by that environment variable; an
 * unset one gives an empty text, {@code ${NAME:-other}} gives {@code other}. Immutable and
 * thread-safe.
 */
public final class ConfigSource {

  private static final List<String> SECTIONS =
      List.of(
          "server",
          "services",
          "providers",
          "models",
          "routing",
          "slo",
          "canary",
          "cache",
          "catalog",
          "redis",
          "scorer",
          "provider",
          "telemetry",
          "security",
          "limits",
          "streams",
          "standalone",
          "quality",
          "ledger",
          "alerts",
          "budgets",
          "console",
          "tls");
  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();
  private static final JsonMapper BINDER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(new SimpleModule().addDeserializer(Duration.class, new DurationDeserializer()))
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .build();

  private final @Nullable Path path;
  private final String origin;
  private final ObjectNode file;
  private final Map<String, String> environment;

  private ConfigSource(
      @Nullable Path path, String origin, ObjectNode file, Map<String, String> environment) {
    this.path = path;
    this.origin = origin;
    this.file = file;
    this.environment = Map.copyOf(environment);
  }

  /**
   * Reads {@code path}, or nothing but defaults and environment when it is null. Blocks on the
   * file.
   */
  public static ConfigSource load(@Nullable Path path, Map<String, String> environment) {
    if (path == null) {
      return parse("environment", "", environment);
    }
    try {
      return parse(path, path.toString(), Files.readString(path), environment);
    } catch (IOException e) {
      throw new ConfigException(
          path + ": cannot be read (expected: a YAML file that this user may read)", e);
    }
  }

  /** Reads the file that {@code FAIRLEAD_CONFIG} names, if any. Blocks on the file. */
  public static ConfigSource load(Map<String, String> environment) {
    String path = environment.getOrDefault("FAIRLEAD_CONFIG", "");
    return load(path.isEmpty() ? null : Path.of(path), environment);
  }

  /**
   * Reads a YAML text.
   *
   * @param origin what to call it in messages
   */
  public static ConfigSource parse(String origin, String yaml, Map<String, String> environment) {
    return parse(null, origin, yaml, environment);
  }

  private static ConfigSource parse(
      @Nullable Path path, String origin, String yaml, Map<String, String> environment) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    try {
      JsonNode root = YAML.readTree(yaml);
      if (root instanceof ObjectNode object) {
        tree = object;
      } else if (root != null && !root.isMissingNode() && !root.isNull()) {
        throw new ConfigException(
            origin + ": " + BindingComplaint.kind(root) + " (expected: a mapping of sections)");
      }
    } catch (JacksonException e) {
      throw new ConfigException(origin + ": not valid YAML: " + problem(e));
    }
    for (Map.Entry<String, JsonNode> section : tree.properties()) {
      if (!SECTIONS.contains(section.getKey())) {
        throw new ConfigException(
            origin
                + ": unknown section `"
                + section.getKey()
                + "`"
                + Nearest.hint(section.getKey(), SECTIONS));
      }
    }
    return new ConfigSource(
        path, origin, (ObjectNode) Placeholders.replaced(tree, environment), environment);
  }

  /**
   * Reads the same file again under the same environment; this source itself when it came from no
   * file. Blocks.
   */
  public ConfigSource reread() {
    return path == null ? this : load(path, environment);
  }

  /** Whether the user's file has the section at all. */
  public boolean has(String section) {
    return file.hasNonNull(section);
  }

  /** The environment variable, if it is set and not empty. */
  public Optional<String> environment(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /**
   * One text of a section that another service of the process may own, so that its other keys are
   * none of the caller's business; empty when nobody sets it.
   */
  public Optional<String> text(String section, String key) {
    // A key that is left empty is none, as in a section.
    String found = file.path(section).path(key).asText("");
    for (String name : EnvironmentNames.of(section + "." + key)) {
      found = environment(name).orElse(found);
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found);
  }

  /** What messages call this source: a file name, or {@code environment}. */
  public String origin() {
    return origin;
  }

  /** The section, bound to a record; keys are the components in snake_case. */
  public <T> T section(String name, Class<T> type) {
    ObjectNode merged = reference(name, type);
    JsonNode own = file.get(name);
    if (own != null && !own.isNull()) {
      overlay(merged, mapping(name, own));
    }
    return bind(name, merged, overlayEnvironment(name, merged), type);
  }

  /**
   * A section that is a mapping from names to records, such as {@code providers}; empty when it is
   * absent.
   */
  public <T> Map<String, T> namedEntries(String name, Class<T> type, JsonDefaults defaults) {
    JsonNode own = file.get(name);
    if (own == null || own.isNull()) {
      return Map.of();
    }
    Map<String, T> entries = new LinkedHashMap<>();
    for (String entry : mapping(name, own).properties().stream().map(Map.Entry::getKey).toList()) {
      entries.put(entry, namedEntry(name, entry, type, defaults));
    }
    return Collections.unmodifiableMap(entries);
  }

  /**
   * One entry of a section that is a mapping from names, for sections whose entries are of
   * different types.
   */
  public <T> T namedEntry(String section, String name, Class<T> type, JsonDefaults defaults) {
    String path = section + "." + name;
    ObjectNode merged = entry(path, file.path(section).path(name), defaults);
    return bind(path, merged, overlayEnvironment(path, merged), type);
  }

  /** A section that is a list of records, such as {@code models}; empty when it is absent. */
  public <T> List<T> listEntries(String name, Class<T> type, JsonDefaults defaults) {
    JsonNode own = file.get(name);
    if (own == null || own.isNull()) {
      return List.of();
    }
    if (!(own instanceof ArrayNode array)) {
      throw new ConfigException(
          origin + ": " + name + ": " + BindingComplaint.kind(own) + " (expected: a list)");
    }
    List<T> entries = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      String path = name + "[" + i + "]";
      entries.add(bind(path, entry(path, array.get(i), defaults), Map.of(), type));
    }
    return List.copyOf(entries);
  }

  /**
   * Defaults for the entries of a mapping or list section, as YAML; a fresh tree each time it is
   * used.
   */
  public record JsonDefaults(String yaml) {}

  private ObjectNode entry(String path, JsonNode value, JsonDefaults defaults) {
    try {
      JsonNode base = YAML.readTree(defaults.yaml());
      ObjectNode merged =
          base instanceof ObjectNode node ? node : JsonNodeFactory.instance.objectNode();
      overlay(merged, mapping(path, value));
      return merged;
    } catch (JacksonException e) {
      throw new IllegalStateException("defaults of " + path + " are not valid YAML", e);
    }
  }

  private ObjectNode mapping(String path, JsonNode node) {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new ConfigException(
        origin + ": " + path + ": " + BindingComplaint.kind(node) + " (expected: a mapping)");
  }

  private static ObjectNode reference(String name, Class<?> owner) {
    String resource = "/fairlead/" + name + ".yaml";
    try (InputStream stream = owner.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("no reference file " + resource);
      }
      return (ObjectNode) YAML.readTree(stream);
    } catch (IOException e) {
      throw new IllegalStateException(resource + " cannot be read", e);
    }
  }

  private static void overlay(ObjectNode base, ObjectNode over) {
    for (Map.Entry<String, JsonNode> entry : over.properties()) {
      JsonNode existing = base.get(entry.getKey());
      if (existing instanceof ObjectNode inner
          && entry.getValue() instanceof ObjectNode overInner) {
        overlay(inner, overInner);
      } else if (!(entry.getValue().isNull() && existing != null)) {
        base.set(entry.getKey(), entry.getValue().deepCopy());
      }
    }
  }

  /**
   * Puts the environment over the keys of {@code node}; answers which paths it set, with the
   * variable's name.
   */
  private Map<String, String> overlayEnvironment(String path, ObjectNode node) {
    Map<String, String> set = new HashMap<>();
    for (String key : node.properties().stream().map(Map.Entry::getKey).toList()) {
      String keyPath = path + "." + key;
      if (node.get(key) instanceof ObjectNode inner) {
        set.putAll(overlayEnvironment(keyPath, inner));
        continue;
      }
      for (String variable : EnvironmentNames.of(keyPath)) {
        Optional<String> value = environment(variable);
        if (value.isPresent()) {
          node.set(key, shaped(node.get(key), value.get()));
          set.put(keyPath, variable);
        }
      }
    }
    return set;
  }

  private static JsonNode shaped(JsonNode model, String value) {
    if (!model.isArray()) {
      return TextNode.valueOf(value);
    }
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (String item : value.split(",", -1)) {
      if (!item.isBlank()) {
        array.add(item.trim());
      }
    }
    return array;
  }

  private <T> T bind(
      String path, ObjectNode tree, Map<String, String> fromEnvironment, Class<T> type) {
    try {
      return BINDER.treeToValue(tree, type);
    } catch (JacksonException e) {
      throw new BindingComplaint(origin, path, tree, fromEnvironment, BINDER).of(e);
    }
  }

  /** What the parser stumbled over and where, without the lines around it, which may hold a key. */
  private static String problem(JacksonException e) {
    if (e.getCause() instanceof MarkedYAMLException cause && cause.getProblemMark() != null) {
      return cause.getProblem() + " (line " + (cause.getProblemMark().getLine() + 1) + ")";
    }
    return e.getOriginalMessage()
        + (e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")");
  }
}
