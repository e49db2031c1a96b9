package dev.fairlead.gateway.metrics;

import dev.fairlead.gateway.pipeline.Form;
import dev.fairlead.v1.Dialect;

/** What a request asks for, as the GenAI conventions call it. */
public enum Operation {
  /** An answer to a conversation. */
  CHAT("chat"),
  /** The rest of a text. */
  TEXT_COMPLETION("text_completion"),
  /** Vectors. */
  EMBEDDINGS("embeddings");

  private final String label;

  Operation(String label) {
    this.label = label;
  }

  /** Of a request in that form. */
  public static Operation of(Form form) {
    return switch (form) {
      case Form.Raw raw -> of(raw.request().getDialect());
      case Form.Typed typed -> CHAT;
    };
  }

  private static Operation of(Dialect dialect) {
    return switch (dialect) {
      case DIALECT_OPENAI_COMPLETIONS -> TEXT_COMPLETION;
      case DIALECT_OPENAI_EMBEDDINGS -> EMBEDDINGS;
      case DIALECT_OPENAI_CHAT,
          DIALECT_OPENAI_RESPONSES,
          DIALECT_ANTHROPIC_MESSAGES,
          DIALECT_UNSPECIFIED,
          UNRECOGNIZED ->
          CHAT;
    };
  }

  String label() {
    return label;
  }
}
