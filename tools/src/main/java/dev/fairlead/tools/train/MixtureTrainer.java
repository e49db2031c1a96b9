package dev.fairlead.tools.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Fits the parts of a {@link MixtureModel}. The rows' last group is ordinary work, whose outcomes
 * nobody measured: it gets no expert. That of everyday prompts says what is assumed of them.
 *
 * @param penalties of the experts' ridge, by group; the last one holds for all further groups
 */
record MixtureTrainer(
    RidgeTrainer linear, PrototypeTrainer prototypes, GateTrainer gate, List<Double> penalties)
    implements HeadTrainer {

  @Override
  public String name() {
    return "mixture(%s, %s, gate(penalty=%s), experts %s)"
        .formatted(linear.name(), prototypes.name(), gate.penalty(), penalties);
  }

  @Override
  public HeadModel fit(Rows rows, long seed) {
    int[] kinds = rows.kinds();
    List<LinearModel> experts = new ArrayList<>();
    for (int i = 0; i < kinds.length - 1; i++) {
      double penalty = penalties.get(Math.min(kinds[i], penalties.size() - 1));
      experts.add(new RidgeTrainer(penalty).fit(rows.ofGroup(kinds[i]).alike(), seed));
    }
    return new MixtureModel(
        gate.fit(rows.renumbered()),
        List.copyOf(experts),
        linear.fit(rows, seed),
        prototypes.fit(rows, seed));
  }
}
