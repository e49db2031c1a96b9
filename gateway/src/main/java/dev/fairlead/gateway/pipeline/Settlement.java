package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.FinishReason;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What an answer took.
 *
 * @param usage tokens; for a hit those of the stored answer
 * @param costNanoUsd what was paid, all tries together; 0 for a hit
 * @param triesNanoUsd the part of it that tries cost which did not answer
 * @param savedNanoUsd what the baseline would have cost more; negative when the answer was dearer
 * @param attempts every try, in order; empty for a hit
 * @param latencyNanos from arrival to the end
 * @param firstTokenNanos from arrival to the first content of a stream, else empty
 * @param expectation how good the answer should be; null when nothing is expected of it
 * @param withinLimits whether time and cost stayed inside what was asked or promised; null until
 *     the request has ended
 */
public record Settlement(
    TokenUsage usage,
    long costNanoUsd,
    long triesNanoUsd,
    long savedNanoUsd,
    FinishReason finishReason,
    List<Attempt> attempts,
    long latencyNanos,
    OptionalLong firstTokenNanos,
    @Nullable Expectation expectation,
    @Nullable Boolean withinLimits) {

  /** Copies. */
  public Settlement {
    attempts = List.copyOf(attempts);
  }

  /** What the baseline would have cost. */
  public long baselineNanoUsd() {
    return costNanoUsd + savedNanoUsd;
  }

  /** The same, of a request that has ended. */
  Settlement ended(boolean stayedWithin) {
    return new Settlement(
        usage,
        costNanoUsd,
        triesNanoUsd,
        savedNanoUsd,
        finishReason,
        attempts,
        latencyNanos,
        firstTokenNanos,
        expectation,
        stayedWithin);
  }

  /** What the try cost that answered. */
  public long answerNanoUsd() {
    return costNanoUsd - triesNanoUsd;
  }
}
