package dev.fairlead.tools.train;

/** A way to fit a head. The same rows and seed give the same model, bit for bit. */
interface HeadTrainer {

  /** Name and settings, for reports. */
  String name();

  HeadModel fit(Rows rows, long seed);
}
