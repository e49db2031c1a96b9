package dev.fairlead.provider.generation;

import dev.fairlead.provider.call.AnswerPart;
import java.util.List;

/**
 * Hears a request. Calls come one after another, {@link #onEnded} last and exactly once; they must
 * not block.
 */
public interface GenerationListener {

  /**
   * A try begins.
   *
   * @param droppedFields members of the request that its vendor will not see
   */
  void onAttemptStarted(int number, String modelId, String provider, List<String> droppedFields);

  /** A try has ended. */
  void onAttemptEnded(AttemptRecord attempt);

  /** The next part of the answer. */
  void onPart(AnswerPart part);

  /** The request has ended. */
  void onEnded(GenerationOutcome outcome);

  /** Whether more parts are wanted now. */
  boolean ready();
}
