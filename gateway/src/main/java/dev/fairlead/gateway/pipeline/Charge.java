package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * What one try cost.
 *
 * @param modelId catalogue id
 * @param model what the catalogue says of it; null for one that has left it
 * @param provider configured name, empty when it was not told
 * @param result label of how the try ended
 * @param baselineNanoUsd what the baseline would have cost for the same tokens; 0 when another try
 *     did the work
 */
record Charge(
    String modelId,
    @Nullable ModelSpec model,
    String provider,
    String result,
    TokenUsage usage,
    long costNanoUsd,
    long baselineNanoUsd) {}
