package dev.fairlead.gateway.quality;

/**
 * How good an answer should be.
 *
 * @param gain calibrated probability that the baseline's answer to the prompt is better, 0 to 1; 0
 *     for an answer of the baseline
 * @param quality expected quality where the baseline's answer is 1, 0 to 1
 * @param propensity probability with which a model of the cheap tier is chosen for such a prompt,
 *     to 1; 0 when nothing is to be learned from the answer about the choice, as from one of
 *     another tier
 */
public record Expectation(double gain, double quality, double propensity) {

  /** Of an answer by the only model that could have been chosen. */
  public Expectation(double gain, double quality) {
    this(gain, quality, 1);
  }
}
