package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.RawRequest;

/** The request itself; the answer comes in the same form. */
public sealed interface Form {

  /**
   * The client's own bytes.
   *
   * @param codec of the bytes' dialect
   */
  record Raw(RawRequest request, DialectCodec codec) implements Form {}

  /** A typed request. */
  record Typed(ChatRequest request) implements Form {}
}
