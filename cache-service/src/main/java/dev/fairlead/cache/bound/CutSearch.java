package dev.fairlead.cache.bound;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the least probability that may be served. Going down from the surest label, it adds up how
 * many requests would have been answered wrongly: what the fit expects, corrected upwards where the
 * labels were wrong more often than the fit says, plus one standard deviation. The cut is the
 * lowest at which that sum stays within the allowed rate.
 *
 * <p>The fit borrows strength from the many labels below the cut; counting the few wrong ones above
 * it alone is too uncertain to serve much.
 */
final class CutSearch {

  /** Wrong answers that the fit is trusted with before its ratio to the truth counts. */
  private static final double TRUST = 8;

  private static final double SIGMAS = 1;

  /** The first few labels prove nothing, neither way. */
  private static final int PASSED_OVER = 20;

  /** How far the present rate may rise above the bound, and must not fall below, to catch up. */
  private static final double MOST_RATE = 1.3;

  private static final double LEAST_RATE = 0.3;
  private static final double LEAST_HORIZON = 1000;

  private CutSearch() {}

  private record Scored(Label label, double probability) {}

  /**
   * The operation that keeps the bound.
   *
   * @param labels of the window
   * @param requests how many requests the window spans
   * @param maxErrorRate allowed share of them, 0 to 1
   */
  static Operation search(LogisticFit fit, List<Label> labels, long requests, double maxErrorRate) {
    List<Scored> scored = new ArrayList<>(labels.size());
    double spent = 0;
    for (Label label : labels) {
      double probability = fit.probability(label.evidence());
      scored.add(new Scored(label, probability));
      spent += label.wouldServe() ? (label.weight() - 1) * (1 - probability) : 0;
    }
    scored.sort(Comparator.comparingDouble(Scored::probability).reversed());
    return descend(fit, scored, allowed(spent, requests, maxErrorRate) * requests);
  }

  /**
   * The rate to aim at: the bound, and some of what was left of it, or overdrawn, so far.
   *
   * @param spent wrong answers in the window as the fit expects them
   */
  private static double allowed(double spent, long requests, double maxErrorRate) {
    double left = maxErrorRate * requests - spent;
    double rate = maxErrorRate + left / Math.max(LEAST_HORIZON, requests);
    return Math.clamp(rate, LEAST_RATE * maxErrorRate, MOST_RATE * maxErrorRate);
  }

  private static Operation descend(LogisticFit fit, List<Scored> scored, double allowed) {
    double cut = Operation.CLOSED.cut();
    double meanWrong = Operation.CLOSED.meanWrong();
    double requests = 0;
    double wrong = 0;
    double expected = 0;
    double variance = 0;
    for (int i = 0; i < scored.size(); i++) {
      Scored item = scored.get(i);
      double weight = item.label().weight();
      double doubt = 1 - item.probability();
      requests += weight;
      wrong += item.label().correct() ? 0 : weight;
      expected += weight * doubt;
      variance += weight * weight * doubt * (1 - doubt);
      double correction = Math.max(1, (wrong + TRUST) / (expected + TRUST));
      // The fit pools what single labels cannot prove: its sum is never less certain than a
      // count of independent errors would be.
      double deviation = Math.sqrt(Math.min(variance, expected) + 1);
      boolean within = expected * correction + SIGMAS * deviation <= allowed;
      if (!within && i >= PASSED_OVER) {
        break;
      }
      boolean lastOfTies =
          i + 1 == scored.size() || scored.get(i + 1).probability() < item.probability();
      if (within && lastOfTies) {
        cut = item.probability();
        meanWrong = expected / requests;
      }
    }
    return new Operation(fit, cut, meanWrong);
  }
}
