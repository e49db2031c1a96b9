package dev.fairlead.provider.generation;

import dev.fairlead.provider.call.RequestForm;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Map;

/**
 * What to generate, and with which models.
 *
 * @param candidates in the order to try them; at least one
 * @param maxOutputTokens 0 means no bound
 * @param clientRetries how often the client has repeated the whole request already
 * @param deadlineNanos on the clock of {@code TimeSource}; {@link Long#MAX_VALUE} means none
 */
public record GenerationRequest(
    RequestForm form,
    List<Candidate> candidates,
    boolean streamed,
    int maxOutputTokens,
    Map<String, String> forwardHeaders,
    int clientRetries,
    long deadlineNanos,
    Context parent) {}
