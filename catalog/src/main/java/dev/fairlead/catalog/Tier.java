package dev.fairlead.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The price and quality class of a model, from the cheapest to the strongest. */
public enum Tier {
  /** Good enough for easy prompts. */
  @JsonProperty("cheap")
  CHEAP,
  /** Good for most prompts. */
  @JsonProperty("standard")
  STANDARD,
  /** The strongest. */
  @JsonProperty("quality")
  QUALITY;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** Lower-case name as in configuration, labels and JSON. */
  public String label() {
    return label;
  }
}
