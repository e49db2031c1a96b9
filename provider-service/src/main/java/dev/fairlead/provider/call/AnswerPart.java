package dev.fairlead.provider.call;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEvents;
import java.util.Map;

/** A part of an answer, in the form of the request. */
public sealed interface AnswerPart {

  /**
   * Whether it carries generated content; the first one that does ends the wait for the first
   * token.
   */
  boolean content();

  /**
   * What a vendor's head says before a streamed answer; comes first or not at all.
   *
   * @param headers those that the client may see, lower-case names; at least one
   */
  record Head(Map<String, String> headers) implements AnswerPart {
    @Override
    public boolean content() {
      return false;
    }
  }

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

    /** The answer with that body. */
    public static Body of(Dialect dialect, ByteString body) {
      return new Body(RawAnswer.newBuilder().setDialect(dialect).setBody(body).build());
    }

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
