package dev.fairlead.tools.train;

/** A fitted regression from scaled inputs to a raw score; immutable. */
sealed interface HeadModel permits LinearModel, NetworkModel, PrototypeModel, MixtureModel {

  double predict(float[] input);
}
