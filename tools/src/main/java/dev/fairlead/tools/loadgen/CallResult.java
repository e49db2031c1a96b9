package dev.fairlead.tools.loadgen;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What came of one request. Spans are nanoseconds.
 *
 * @param arrival its number in the plan
 * @param intended when it should have started, from the run's beginning
 * @param startDelay how much later it was sent
 * @param latency from {@code intended} to the answer's end, or to its failure
 * @param firstToken from {@code intended} to the first text of a stream; -1 when there was none
 * @param status HTTP status; 0 when no headers came
 * @param error kind of the failure; null when the answer was complete
 * @param model catalogue id; empty when the gateway did not tell
 * @param cache as in {@code X-Fairlead-Cache}; empty when the gateway did not tell
 * @param cost USD; null when the gateway did not tell
 * @param saved USD; null when the gateway did not tell
 */
record CallResult(
    long arrival,
    long intended,
    long startDelay,
    long latency,
    long firstToken,
    int status,
    @Nullable String error,
    String model,
    String cache,
    @Nullable BigDecimal cost,
    @Nullable BigDecimal saved) {

  boolean succeeded() {
    return error == null;
  }
}
