package dev.fairlead.provider.translation;

import dev.fairlead.v1.Dialect;
import java.util.Set;

/** The dialects whose errors look alike. */
final class OpenAiFamily {

  private static final Set<Dialect> MEMBERS =
      Set.of(
          Dialect.DIALECT_OPENAI_CHAT,
          Dialect.DIALECT_OPENAI_COMPLETIONS,
          Dialect.DIALECT_OPENAI_RESPONSES,
          Dialect.DIALECT_OPENAI_EMBEDDINGS);

  private OpenAiFamily() {}

  /** Whether a vendor that speaks {@code vendors} fails in words that the client understands. */
  static boolean shares(Dialect client, Set<Dialect> vendors) {
    return MEMBERS.contains(client) && vendors.stream().anyMatch(MEMBERS::contains);
  }
}
