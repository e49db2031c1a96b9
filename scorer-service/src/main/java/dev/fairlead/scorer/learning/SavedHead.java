package dev.fairlead.scorer.learning;

import dev.fairlead.onnx.complexity.QuantileTable;
import dev.fairlead.onnx.learning.GainScale;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a tenant's heads after a restart: the last promotion or roll-back. What was
 * seen of the head since then follows from the labels that are younger.
 *
 * @param version of the last promotion
 * @param taken labels of the tenant that were ever taken until then
 * @param fit the head in use; null when it was rolled back
 */
record SavedHead(int version, long taken, @Nullable Fit fit) {

  /** Validates. */
  SavedHead {
    if (version < 1 || taken < 0) {
      throw new IllegalArgumentException(
          "version " + version + ", taken " + taken + " (expected: from 1, from 0)");
    }
  }

  /**
   * What a head is made of; the same labels give the same head.
   *
   * @param labels that it was fitted to
   */
  record Fit(List<TrafficLabel> labels, GainScale scale, QuantileTable quantiles) {}
}
