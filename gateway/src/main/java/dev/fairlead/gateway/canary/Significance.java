package dev.fairlead.gateway.canary;

/** Whether a share of bad tries differs from a bound by more than noise. Stateless. */
final class Significance {

  /** Alternatives that are weighed against the bound, as multiples of it. */
  private static final double[] ALTERNATIVES = {1.5, 2, 4, 8, 16, 50};

  private static final double HIGHEST_RATE = 0.95;

  private Significance() {}

  /**
   * Evidence that the true rate is above {@code bound}: the mean likelihood ratio of several higher
   * rates. Under any rate up to the bound its expectation is at most 1 at every moment, so looking
   * after each try is allowed: it passes {@code 1/alpha} with probability at most {@code alpha}
   * (Ville's inequality; Howard et al., "Time-uniform Chernoff bounds via nonnegative
   * supermartingales", 2020).
   *
   * @param bad number of bad tries
   * @param all number of tries
   * @param bound 0 to 1
   */
  static double evidenceAbove(int bad, int all, double bound) {
    double borne = Math.clamp(bound, 1e-9, HIGHEST_RATE);
    double sum = 0;
    for (double multiple : ALTERNATIVES) {
      double rate = Math.min(HIGHEST_RATE, borne * multiple);
      if (rate > borne) {
        double log =
            bad * Math.log(rate / borne) + (all - bad) * Math.log((1 - rate) / (1 - borne));
        sum += Math.exp(Math.min(700, log));
      }
    }
    return sum / ALTERNATIVES.length;
  }

  /**
   * Probability of at most {@code bad} bad tries when the true rate is {@code bound}: small when
   * the rate is surely below it (exact binomial test).
   */
  static double chanceOfSoFew(int bad, int all, double bound) {
    double borne = Math.clamp(bound, 1e-9, 1 - 1e-9);
    double term = all * Math.log(1 - borne);
    double sum = Math.exp(term);
    for (int k = 1; k <= bad; k++) {
      term += Math.log((double) (all - k + 1) / k) + Math.log(borne / (1 - borne));
      sum += Math.exp(term);
    }
    return Math.min(1, sum);
  }
}
