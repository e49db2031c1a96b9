package dev.fairlead.provider.call;

import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawRequest;

/** The request in one of its two forms; the answer comes in the same one. */
public sealed interface RequestForm {

  /**
   * The dialect of the answer's events; typed requests are served in OpenAI's chat dialect inside.
   */
  Dialect dialect();

  /** The client's own bytes. */
  record Raw(RawRequest request) implements RequestForm {
    @Override
    public Dialect dialect() {
      return request.getDialect();
    }
  }

  /** A typed request. */
  record Typed(ChatRequest request) implements RequestForm {
    @Override
    public Dialect dialect() {
      return Dialect.DIALECT_OPENAI_CHAT;
    }
  }
}
