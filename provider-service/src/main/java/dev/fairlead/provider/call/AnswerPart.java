package dev.fairlead.provider.call;

import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEvents;

/** A part of an answer, in the form of the request. */
public sealed interface AnswerPart {

  /**
   * Whether it carries generated content; the first one that does ends the wait for the first
   * token.
   */
  boolean content();

  /** Events of a streamed answer, in the client's dialect. */
  record Events(RawEvents events) implements AnswerPart {
    @Override
    public boolean content() {
      return events.getKind() == RawEvents.Kind.KIND_CONTENT;
    }
  }

  /** A piece of a typed, streamed answer. */
  record Delta(ChatDelta delta) implements AnswerPart {
    @Override
    public boolean content() {
      return delta.getDeltaCase() != ChatDelta.DeltaCase.FINISH_REASON;
    }
  }

  /** A whole answer in the client's dialect. */
  record Body(RawAnswer answer) implements AnswerPart {
    @Override
    public boolean content() {
      return true;
    }
  }

  /** A whole typed answer. */
  record Response(ChatResponse response) implements AnswerPart {
    @Override
    public boolean content() {
      return true;
    }
  }
}
