package dev.fairlead.provider.dialect;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.FinishReason;

/**
 * Tells one answer in a dialect: either {@link #body} once, or {@link #delta} for each piece and
 * {@link #end} once. Not thread-safe.
 */
public interface AnswerEncoder {

  /** A whole answer. */
  ByteString body(ChatResponse response, TokenUsage usage);

  /** A piece of a streamed answer, as any number of events. */
  void delta(ChatDelta piece, EventWriter out);

  /**
   * The end of a streamed answer, without the dialect's terminator.
   *
   * @param reason why it ended, for an answer whose pieces did not say
   */
  void end(TokenUsage usage, FinishReason reason, EventWriter out);
}
