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
          .collect(
              Collectors.collectingAndThen(
                  Collectors.toCollection(LinkedHashSet::new), Collections::unmodifiableSet));

  /** Kinds by lengths; built once, since each request asks for its class several times. */
  private static final String[][] CLASSES =
      KINDS.stream()
          .map(kind -> LENGTHS.stream().map(length -> kind + "_" + length).toArray(String[]::new))
          .toArray(String[][]::new);

  private PromptClass() {}

  /** The class of a request. */
  public static String of(Set<Capability> needs, long promptCharacters) {
    return CLASSES[kind(needs)][length(promptCharacters)];
  }

  /** A place in {@link #KINDS}. */
  private static int kind(Set<Capability> needs) {
    if (needs.isEmpty()) {
      return 0;
    }
    if (needs.contains(Capability.EMBEDDINGS)) {
      return 4;
    }
    if (needs.contains(Capability.REASONING)) {
      return 3;
    }
    if (needs.contains(Capability.TOOLS)) {
      return 2;
    }
    return needs.contains(Capability.JSON_SCHEMA) ? 1 : 0;
  }

  /** A place in {@link #LENGTHS}. */
  private static int length(long characters) {
    if (characters < SHORT_CHARACTERS) {
      return 0;
    }
    if (characters < MEDIUM_CHARACTERS) {
      return 1;
    }
    return characters < LONG_CHARACTERS ? 2 : 3;
  }
}
