package dev.fairlead.gateway.quality;

/**
 * How good an answer should be.
 *
 * @param gain calibrated probability that the baseline's answer to the prompt is better, 0 to 1; 0
 *     for an answer of the baseline
 * @param quality expected quality where the baseline's answer is 1, 0 to 1
 */
public record Expectation(double gain, double quality) {}
