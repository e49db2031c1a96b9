package dev.fairlead.deploy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A compose file as docker compose sees it: anchors and merge keys resolved. */
record ComposeFile(Map<String, Object> root) {

  static ComposeFile read(String relative) {
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    return new ComposeFile(mapping(yaml.load(Repository.text(relative))));
  }

  /** Its services by name. */
  Map<String, Map<String, Object>> services() {
    Map<String, Map<String, Object>> services = new LinkedHashMap<>();
    mapping(root.get("services")).forEach((name, value) -> services.put(name, mapping(value)));
    return services;
  }

  /** Those that run an image of ours. */
  Map<String, Map<String, Object>> ownServices() {
    Map<String, Map<String, Object>> own = services();
    own.values().removeIf(service -> !service.containsKey("build"));
    return own;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> mapping(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }
}
