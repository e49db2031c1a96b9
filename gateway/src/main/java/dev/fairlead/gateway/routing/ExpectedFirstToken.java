package dev.fairlead.gateway.routing;

/**
 * When a stream of a model is expected to begin.
 *
 * @param millis milliseconds, more than 0
 * @param measured whether it is the median of its streams in the statistics' window; otherwise it
 *     is what is configured for its tier
 */
public record ExpectedFirstToken(double millis, boolean measured) {}
