package dev.fairlead.tools.train;

import java.util.List;

/**
 * What the data says in general, corrected by an expert where a prompt is of a kind that was
 * measured: half a linear model and half prototypes; of that, half gives way to the expert of each
 * kind, by the probability that the prompt is of that kind. The gate's last kind has no expert.
 *
 * @param experts of the gate's kinds but the last
 */
record MixtureModel(
    GateModel gate, List<LinearModel> experts, LinearModel linear, PrototypeModel prototypes)
    implements HeadModel {

  /** How much of the general answer gives way to a kind's expert. */
  static final float EXPERT_SHARE = 0.5f;

  @Override
  public double predict(float[] input) {
    double general = 0.5 * linear.predict(input) + 0.5 * prototypes.predict(input);
    double[] kinds = gate.probabilities(input);
    double sum = general;
    for (int kind = 0; kind < experts.size(); kind++) {
      sum += EXPERT_SHARE * kinds[kind] * (experts.get(kind).predict(input) - general);
    }
    return sum;
  }
}
