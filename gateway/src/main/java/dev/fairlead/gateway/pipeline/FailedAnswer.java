package dev.fairlead.gateway.pipeline;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.UpstreamError;
import org.jspecify.annotations.Nullable;

/**
 * The end of a request that could not be answered.
 *
 * @param upstream the vendor's own words when it refused the caller's request, else null
 * @param attempts tries that were made
 * @param retriesSpent whether our own retries were used up, so that the caller should not try again
 * @param modelId catalogue id of the model that was tried last, or {@link #NO_MODEL}
 */
public record FailedAnswer(
    Failure failure,
    @Nullable UpstreamError upstream,
    int attempts,
    boolean retriesSpent,
    String modelId) {

  /** The model of a request that failed before one was tried. */
  public static final String NO_MODEL = "none";

  /** A failure of the gateway's own, before any try. */
  public static FailedAnswer of(Failure failure) {
    return new FailedAnswer(failure, null, 0, false, NO_MODEL);
  }
}
