package dev.fairlead.provider.call;

import dev.fairlead.catalog.ModelSpec;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Map;

/**
 * One try of one model.
 *
 * @param streamed whether the answer is wanted in pieces
 * @param maxOutputTokens bound that replaces a larger or missing one; 0 means none
 * @param forwardHeaders client headers for the vendor, lower-case names
 * @param timeLeft until the caller's deadline
 * @param lastResort every candidate's breaker is open: one that has been left alone for a while may
 *     let this through
 * @param parent trace context of the request
 */
public record ModelCall(
    ModelSpec model,
    RequestForm form,
    boolean streamed,
    int maxOutputTokens,
    Map<String, String> forwardHeaders,
    Duration timeLeft,
    boolean lastResort,
    Context parent) {

  /** The same call with that much time left. */
  public ModelCall within(Duration left) {
    return new ModelCall(
        model, form, streamed, maxOutputTokens, forwardHeaders, left, lastResort, parent);
  }
}
