package dev.fairlead.gateway.pipeline;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.UpstreamError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of a request that could not be answered.
 *
 * @param upstream the vendor's own words when it refused the caller's request, else null
 * @param tries the tries that were made, in order
 * @param retriesSpent whether our own retries were used up, so that the caller should not try again
 * @param modelId catalogue id of the model that was tried last, or {@link #NO_MODEL}
 */
public record FailedAnswer(
    Failure failure,
    @Nullable UpstreamError upstream,
    List<Attempt> tries,
    boolean retriesSpent,
    String modelId) {

  /** The model of a request that failed before one was tried. */
  public static final String NO_MODEL = "none";

  /** Copies. */
  public FailedAnswer {
    tries = List.copyOf(tries);
  }

  /** A failure of the gateway's own, before any try. */
  public static FailedAnswer of(Failure failure) {
    return new FailedAnswer(failure, null, List.of(), false, NO_MODEL);
  }

  /** How many tries were made. */
  public int attempts() {
    return tries.size();
  }
}
