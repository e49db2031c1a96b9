package dev.fairlead.provider.generation;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.v1.AttemptResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One try, as it is reported.
 *
 * @param number from 1
 * @param httpStatus 0 when the vendor did not answer
 * @param timeToFirstToken null when no content came or nothing was streamed
 * @param usage null when unknown
 * @param message empty for a success
 */
public record AttemptRecord(
    int number,
    String modelId,
    String provider,
    AttemptResult result,
    int httpStatus,
    Duration latency,
    @Nullable Duration timeToFirstToken,
    @Nullable TokenUsage usage,
    String message) {}
