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

  /** No answer, or only a part of one. {@code failure} is the one that tells the caller most. */
  record Failed(UpstreamFailure failure, List<AttemptRecord> attempts)
      implements GenerationOutcome {}
}
