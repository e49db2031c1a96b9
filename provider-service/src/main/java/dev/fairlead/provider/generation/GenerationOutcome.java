package dev.fairlead.provider.generation;

import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.UpstreamFailure;
import java.util.List;

/** How a request ended. */
public sealed interface GenerationOutcome {

  /** Every try, in order. */
  List<AttemptRecord> attempts();

  /** A complete answer; the last try made it. */
  record Answered(Completion completion, List<AttemptRecord> attempts)
      implements GenerationOutcome {}

  /**
   * No answer, or only a part of one.
   *
   * @param failure the one that tells the caller most
   * @param retriesSpent whether the tries that there may be are used up, so that a caller who tries
   *     again only multiplies them
   */
  record Failed(UpstreamFailure failure, List<AttemptRecord> attempts, boolean retriesSpent)
      implements GenerationOutcome {}
}
