package dev.fairlead.onnx.complexity;

import dev.fairlead.onnx.encoder.Embedding;

/**
 * What is known of a prompt.
 *
 * @param complexity quantile of the expected gain in reference traffic, 0 to 1
 * @param expectedGain calibrated probability that a quality-tier model answers better than a cheap
 *     one, 0 to 1
 * @param features {@link dev.fairlead.onnx.features.PromptFeatures}, in their order. Not copied: do
 *     not change it
 * @param embedding of the first tokens; with no values for an empty text
 */
@SuppressWarnings("ArrayRecordComponent") // As in Embedding.
public record PromptAnalysis(
    double complexity, double expectedGain, float[] features, Embedding embedding) {}
