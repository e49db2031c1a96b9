package dev.fairlead.provider.dialect;

import dev.fairlead.v1.Dialect;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A dialect that clients speak. Stateless and thread-safe. */
public interface ClientDialect {

  /** Dialects that can be translated. */
  Set<Dialect> ALL =
      Set.of(
          Dialect.DIALECT_OPENAI_CHAT,
          Dialect.DIALECT_OPENAI_COMPLETIONS,
          Dialect.DIALECT_OPENAI_RESPONSES,
          Dialect.DIALECT_ANTHROPIC_MESSAGES);

  /** The dialect of that name; null when it cannot be translated. */
  static @Nullable ClientDialect of(Dialect dialect) {
    return switch (dialect) {
      case DIALECT_OPENAI_CHAT -> ChatDialect.INSTANCE;
      case DIALECT_OPENAI_COMPLETIONS -> CompletionsDialect.INSTANCE;
      case DIALECT_OPENAI_RESPONSES -> ResponsesDialect.INSTANCE;
      case DIALECT_ANTHROPIC_MESSAGES -> MessagesDialect.INSTANCE;
      case DIALECT_OPENAI_EMBEDDINGS, DIALECT_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  /**
   * A request in the contract's terms.
   *
   * @param body one JSON object
   * @throws dev.fairlead.common.failure.FailureException with an {@code InvalidRequest} that names
   *     the member, for what no model behind the contract could be told and what would change the
   *     meaning if it were left out
   */
  DecodedRequest decode(byte[] body);

  /** What tells one answer. */
  AnswerEncoder encoder(AnswerHead head);
}
