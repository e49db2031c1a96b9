package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;

/** A piece of a streamed answer, in the form of the request. */
public sealed interface StreamPiece {

  /** Whole events in the client's dialect. */
  record Events(ByteString sse) implements StreamPiece {}

  /** New content. */
  record Delta(ChatDelta delta) implements StreamPiece {}
}
