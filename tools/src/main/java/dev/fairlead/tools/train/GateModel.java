package dev.fairlead.tools.train;

/**
 * Which kind of traffic an input belongs to: one linear score a kind, then softmax.
 *
 * @param kinds scores of the groups, in order
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed after the fit.
record GateModel(LinearModel[] kinds) {

  /** Probabilities of the groups, which sum to 1. */
  double[] probabilities(float[] input) {
    double[] scores = new double[kinds.length];
    for (int kind = 0; kind < kinds.length; kind++) {
      scores[kind] = kinds[kind].predict(input);
    }
    return softmax(scores);
  }

  /** In place: values above 0 that sum to 1, in the ratio of their exponentials. */
  static double[] softmax(double[] scores) {
    double most = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      most = Math.max(most, score);
    }
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.exp(scores[i] - most);
      sum += scores[i];
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] /= sum;
    }
    return scores;
  }
}
