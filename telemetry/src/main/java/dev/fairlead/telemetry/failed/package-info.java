/**
 * Spans of requests that the sampler left out, kept until it is known whether the request failed:
 * {@link dev.fairlead.telemetry.failed.KeepingTracer} begins them, {@link
 * dev.fairlead.telemetry.failed.FailedTraces} sends those of failures. Nine requests in ten come
 * this way, so a kept span is a few fields and no more. What is sampled is the SDK's, not ours.
 */
@NullMarked
package dev.fairlead.telemetry.failed;

import org.jspecify.annotations.NullMarked;
