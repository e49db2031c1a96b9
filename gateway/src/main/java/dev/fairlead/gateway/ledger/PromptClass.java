package dev.fairlead.gateway.ledger;

import dev.fairlead.catalog.Capability;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What requests of a like answer length have in common: what kind of answer they want, and how long
 * the prompt is. Labels come from a fixed set.
 */
public final class PromptClass {

  private static final int SHORT_CHARACTERS = 256;
  private static final int MEDIUM_CHARACTERS = 2048;
  private static final int LONG_CHARACTERS = 16_384;

  private static final List<String> KINDS =
      List.of("text", "json", "tools", "reasoning", "embedding");
  private static final List<String> LENGTHS = List.of("short", "medium", "long", "huge");

  /** Every class, and before the classes of a kind the kind alone, such as {@code tools}. */
  public static final Set<String> NAMES =
      KINDS.stream()
          .flatMap(kind ->
              Stream.concat(Stream.of(kind), LENGTHS.stream().map(length -> kind + "_" + length)))
          .collect(Collectors.collectingAndThen(
              Collectors.toCollection(LinkedHashSet::new), Collections::unmodifiableSet));

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
