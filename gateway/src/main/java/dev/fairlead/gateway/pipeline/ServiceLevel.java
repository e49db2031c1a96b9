package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.dialect.Controls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one request may take and cost: its own wishes, else what is promised of all.
 *
 * @param latencyNanos longest time from arrival to the end
 * @param costNanoUsd most it may cost, null when nothing was said
 */
record ServiceLevel(long latencyNanos, @Nullable Long costNanoUsd) {

  static ServiceLevel of(Controls controls, Duration promised) {
    Duration wished = controls.latencySlo();
    return new ServiceLevel(
        (wished == null ? promised : wished).toNanos(), controls.maxCostNanoUsd());
  }

  boolean met(Settlement settlement) {
    return settlement.latencyNanos() <= latencyNanos
        && (costNanoUsd == null || settlement.costNanoUsd() <= costNanoUsd);
  }
}
