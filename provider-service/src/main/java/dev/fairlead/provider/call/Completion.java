package dev.fairlead.provider.call;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.v1.FinishReason;
import java.util.Map;

/**
 * What is known of a complete answer.
 *
 * @param usage reported by the vendor, or estimated and marked so
 * @param finishReason why it ended; of several choices the worst reason
 * @param text plain text of the first choice; empty when there is none or it is longer than 64 KiB
 * @param httpStatus what the vendor answered; 200 where there is no HTTP
 * @param headers vendor headers that the client may see, lower-case names
 */
public record Completion(
    TokenUsage usage,
    FinishReason finishReason,
    String text,
    int httpStatus,
    Map<String, String> headers) {}
