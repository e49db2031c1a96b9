package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.Timing;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one request may take and cost: its own wishes, else what is promised of all.
 *
 * @param latencyNanos longest time from arrival to the end
 * @param firstTokenNanos longest time to the first content of a stream, null when nothing was said
 * @param perTokenNanos longest mean time between the tokens of a stream, null when nothing was said
 * @param costNanoUsd most it may cost, null when nothing was said
 */
record ServiceLevel(
    long latencyNanos,
    @Nullable Long firstTokenNanos,
    @Nullable Long perTokenNanos,
    @Nullable Long costNanoUsd) {

  static ServiceLevel of(Controls controls, Duration promised) {
    Duration wished = controls.latencySlo();
    Timing timing = controls.timing();
    return new ServiceLevel(
        (wished == null ? promised : wished).toNanos(),
        nanos(timing.firstTokenSlo()),
        nanos(timing.perTokenSlo()),
        controls.maxCostNanoUsd());
  }

  private static @Nullable Long nanos(@Nullable Duration wished) {
    return wished == null ? null : wished.toNanos();
  }

  boolean met(Settlement settlement) {
    return settlement.latencyNanos() <= latencyNanos
        && (costNanoUsd == null || settlement.costNanoUsd() <= costNanoUsd)
        && (settlement.firstTokenNanos().isEmpty()
            || inTime(settlement, settlement.firstTokenNanos().getAsLong()));
  }

  /** When tokens came is known of a stream only. */
  private boolean inTime(Settlement settlement, long first) {
    long gaps = settlement.usage().completionTokens() - 1;
    return (firstTokenNanos == null || first <= firstTokenNanos)
        && (perTokenNanos == null
            || gaps < 1
            || (settlement.latencyNanos() - first) / gaps <= perTokenNanos);
  }
}
