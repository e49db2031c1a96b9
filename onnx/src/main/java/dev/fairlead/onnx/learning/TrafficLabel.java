package dev.fairlead.onnx.learning;

/**
 * A labelled prompt of somebody's traffic.
 *
 * @param prompt without its text
 * @param propensity probability with which such a prompt came to be labelled, above 0 to 1; 1 when
 *     all are alike. Evaluations weigh a label by its inverse
 * @param origin where the label is from, such as {@code feedback}
 */
public record TrafficLabel(LabelledPrompt prompt, double propensity, String origin) {

  /** Origin of labels that were measured elsewhere, and not on this traffic. */
  public static final String IMPORT = "import";

  /** Propensities below count as this, so that no label outweighs all others. */
  private static final double LEAST_PROPENSITY = 0.05;

  /** Validates. */
  public TrafficLabel {
    if (!(propensity > 0 && propensity <= 1)) {
      throw new IllegalArgumentException(
          "propensity: " + propensity + " (expected: above 0, up to 1)");
    }
  }

  /** What it counts wherever labels stand for traffic: the inverse of the propensity, 1 to 20. */
  public double weight() {
    return 1 / Math.max(propensity, LEAST_PROPENSITY);
  }
}
