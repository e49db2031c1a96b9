package dev.fairlead.gateway.ledger;

import dev.fairlead.catalog.Capability;
import java.util.Set;

/**
 * What requests of a like answer length have in common: what kind of answer they want, and how long
 * the prompt is. Labels come from a fixed set.
 */
public final class PromptClass {

  private static final int SHORT_CHARACTERS = 256;
  private static final int MEDIUM_CHARACTERS = 2048;
  private static final int LONG_CHARACTERS = 16_384;

  private PromptClass() {}

  /** The class of a request. */
  public static String of(Set<Capability> needs, long promptCharacters) {
    return kind(needs) + "_" + length(promptCharacters);
  }

  private static String kind(Set<Capability> needs) {
    if (needs.contains(Capability.EMBEDDINGS)) {
      return "embedding";
    }
    if (needs.contains(Capability.REASONING)) {
      return "reasoning";
    }
    if (needs.contains(Capability.TOOLS)) {
      return "tools";
    }
    return needs.contains(Capability.JSON_SCHEMA) ? "json" : "text";
  }

  private static String length(long characters) {
    if (characters < SHORT_CHARACTERS) {
      return "short";
    }
    if (characters < MEDIUM_CHARACTERS) {
      return "medium";
    }
    return characters < LONG_CHARACTERS ? "long" : "huge";
  }
}
