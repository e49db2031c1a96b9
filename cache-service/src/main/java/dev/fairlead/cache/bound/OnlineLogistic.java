package dev.fairlead.cache.bound;

/**
 * Probability that a near entry's answer is right, learned one label at a time: logistic regression
 * over six features with AdaGrad steps (Duchi et al. 2011). Starts from a prior that only says
 * "nearer is better". Not thread-safe.
 */
final class OnlineLogistic {

  private static final double STEP = 0.3;
  private static final double[] PRIOR = {0, 1, 0.5, 0.2, 0.5, -1};

  private final double[] weights = PRIOR.clone();
  private final double[] squares = new double[PRIOR.length];

  OnlineLogistic() {
    java.util.Arrays.fill(squares, 1);
  }

  /** Probability of right, 0 to 1. */
  double probability(Evidence evidence) {
    double[] x = features(evidence);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += weights[i] * x[i];
    }
    return 1 / (1 + Math.exp(-sum));
  }

  void learn(Evidence evidence, boolean correct) {
    double[] x = features(evidence);
    double error = (correct ? 1 : 0) - probability(evidence);
    for (int i = 0; i < x.length; i++) {
      double gradient = error * x[i];
      squares[i] += gradient * gradient;
      weights[i] += STEP * gradient / Math.sqrt(squares[i]);
    }
  }

  /** Scaled so that each spans a few units over the range that matters. */
  private static double[] features(Evidence evidence) {
    double cosine = evidence.similarity();
    return new double[] {
      1,
      (cosine - 0.8) * 10,
      Math.max(0, cosine - 0.9) * 20,
      Math.clamp(evidence.margin(), 0, 0.3) * 10,
      Math.log1p(evidence.right()),
      Math.log1p(evidence.wrong())
    };
  }
}
