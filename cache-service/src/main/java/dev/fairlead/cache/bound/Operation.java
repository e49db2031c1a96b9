package dev.fairlead.cache.bound;

/**
 * How a group serves at the moment: from which probability on, and how likely the served ones are
 * wrong on average. Immutable.
 *
 * @param fit probability of right
 * @param cut least probability that is served; above 1 when nothing is
 * @param meanWrong average probability of wrong among those above the cut, 0 to 1
 */
record Operation(LogisticFit fit, double cut, double meanWrong) {

  /** Before there are enough labels. */
  static final Operation CLOSED = new Operation(LogisticFit.PRIOR, 2, 0.02);

  private static final double LEAST_SHARE = 0.2;

  boolean serves(Evidence evidence) {
    return fit.probability(evidence) >= cut;
  }

  /**
   * With which probability a would-be hit is checked. Doubtful ones are checked more often than
   * sure ones, by the root of their probability of wrong, which for a given number of checks makes
   * the estimate of wrong answers most exact (Neyman allocation).
   *
   * @param share of would-be hits that should be checked, 0 to 1
   */
  double checkProbability(Evidence evidence, double share) {
    double wrong = 1 - fit.probability(evidence);
    double doubt = Math.sqrt(wrong / Math.max(1e-4, meanWrong));
    return Math.min(1, share * Math.max(LEAST_SHARE, doubt));
  }
}
