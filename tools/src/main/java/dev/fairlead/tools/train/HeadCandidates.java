package dev.fairlead.tools.train;

import java.util.List;

/** What {@code fairlead train} chooses from. */
final class HeadCandidates {

  private HeadCandidates() {}

  /** The simplest first: of equally good ones the first is taken. */
  static List<HeadTrainer> of(int dimensions) {
    return List.of(new RidgeTrainer(30), mixture(dimensions));
  }

  /** Settings by cross-validation on the development data; see the onnx module's rationale. */
  static HeadTrainer mixture(int dimensions) {
    return new MixtureTrainer(
        new RidgeTrainer(5),
        new PrototypeTrainer(800, 0.05, dimensions, 0.5),
        new GateTrainer(1, 60),
        List.of(30.0, 3.0, 30.0));
  }
}
