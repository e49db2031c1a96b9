package dev.fairlead.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Something a model can do and another cannot. */
public enum Capability {
  /** Calls tools. */
  @JsonProperty("tools")
  TOOLS,
  /** Reads images. */
  @JsonProperty("vision")
  VISION,
  /** Answers in JSON that follows a schema. */
  @JsonProperty("json_schema")
  JSON_SCHEMA,
  /** Thinks before it answers, adjustably. */
  @JsonProperty("reasoning")
  REASONING,
  /** Makes embeddings instead of text. */
  @JsonProperty("embeddings")
  EMBEDDINGS;

  /** Lower-case name as in configuration, contracts and JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The capability of that label; empty for one this version does not know. */
  public static Optional<Capability> ofLabel(String label) {
    return Arrays.stream(values())
        .filter(capability -> capability.label().equals(label))
        .findFirst();
  }
}
