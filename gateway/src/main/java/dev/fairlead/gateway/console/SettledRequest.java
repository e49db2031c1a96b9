package dev.fairlead.gateway.console;

import dev.fairlead.gateway.pipeline.StepTimes;
import dev.fairlead.v1.Attempt;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is remembered of one request that ended: numbers and names, no text of anybody.
 *
 * @param endedMillis when it ended, milliseconds of the epoch
 * @param model catalogue id of the model that answered, or was tried last
 * @param tier of the decision; empty where none was taken
 * @param cache how the cache took part; empty for a failure
 * @param similarity of a semantic hit, 0 to 1
 * @param quality expected quality beside the baseline's, 0 to 1
 * @param overheadNanos time that was not spent at the upstream; 0 for a failure
 * @param attempts tries in order; empty for a hit
 * @param steps when each step began
 * @param failure the reason of a failure; empty for an answer
 */
record SettledRequest(
    String id,
    long endedMillis,
    String tenant,
    String model,
    String tier,
    String policy,
    String reason,
    OptionalDouble complexity,
    String cache,
    OptionalDouble similarity,
    long promptTokens,
    long completionTokens,
    long costNanoUsd,
    long savedNanoUsd,
    OptionalDouble quality,
    long latencyNanos,
    OptionalLong firstTokenNanos,
    long overheadNanos,
    List<Attempt> attempts,
    StepTimes steps,
    String failure) {

  /** Copies. */
  SettledRequest {
    attempts = List.copyOf(attempts);
  }

  boolean answered() {
    return failure.isEmpty();
  }

  /** Whether the caller went away, which is no error of ours. */
  boolean cancelled() {
    return failure.equals(CANCELLED);
  }

  static final String CANCELLED = "cancelled";
}
