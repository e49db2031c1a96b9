package dev.fairlead.cache.bound;

import dev.fairlead.cache.bound.ServePolicy.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * How many requests were answered wrongly from the cache, where each would-be hit has its own
 * chance of being checked. A checked one stands for those of its kind that were served
 * (Horvitz-Thompson); served ones that had no chance of a check count as the entry's own curve
 * expects, and the interval's upper end takes the policy's bound for each of them. What is old
 * fades. Thread-safe.
 */
final class ServedErrors {

  private static final double SIGMAS = 1.96;

  /** Found wrong answers that weigh as much as what the curves expect. */
  private static final double TRUST = 4;

  /** With so many requests known, those of the past count half. */
  private static final double FADING = 100_000;

  private double own;
  private double everywhere;
  private long untold;
  private double checked;
  private double foundWrong;
  private final Sum expected = new Sum();
  private final Sum found = new Sum();
  private double unchecked;
  private double uncheckedWrong;

  /** Served requests that were probably wrong, and the sum of their weights' squares. */
  private static final class Sum {
    double weighted;
    double squares;

    void add(double weight, double wrong) {
      weighted += weight * wrong;
      squares += weight * weight * wrong;
    }

    void halve() {
      weighted /= 2;
      squares /= 4;
    }
  }

  /** An eligible request came in. */
  synchronized void seen() {
    own++;
    untold++;
    counted(1);
  }

  /** Requests since the last call. */
  synchronized long takeUntold() {
    long taken = untold;
    untold = 0;
    return taken;
  }

  /**
   * A hit was served that could not have been picked for a check.
   *
   * @param wrong expected probability that it is wrong, 0 to 1
   */
  synchronized void servedUnchecked(double wrong) {
    unchecked++;
    uncheckedWrong += wrong;
  }

  /**
   * A label of this replica or another.
   *
   * @param wrong probability of wrong that the entry's curve gave before it, 0 to 1
   */
  synchronized void learn(Label label, double wrong) {
    counted(label.requestsElsewhere());
    if (!label.wouldServe()) {
      return;
    }
    // Of the requests it stands for, itself was not answered from the cache; a rated one was.
    double served = label.weight() > 1 ? label.weight() - 1 : 1;
    checked++;
    foundWrong += label.correct() ? 0 : 1;
    expected.add(served, wrong);
    found.add(served, label.correct() ? 0 : 1);
  }

  private void counted(long requests) {
    everywhere += requests;
    if (everywhere > FADING) {
      own /= 2;
      everywhere /= 2;
      checked /= 2;
      foundWrong /= 2;
      unchecked /= 2;
      uncheckedWrong /= 2;
      expected.halve();
      found.halve();
    }
  }

  /**
   * Share of the requests that were answered wrongly; null before anything was served or checked.
   *
   * @param maxErrorRate most that a served one without a check may be wrong, 0 to 1
   */
  synchronized @Nullable Estimate estimate(double maxErrorRate) {
    if (everywhere == 0 || checked + unchecked == 0) {
      return null;
    }
    double blend = TRUST / (TRUST + foundWrong);
    double wrong = blend * expected.weighted + (1 - blend) * found.weighted;
    double half = SIGMAS * Math.sqrt(1 + blend * expected.squares + (1 - blend) * found.squares);
    // Other replicas do not tell what they served unchecked: their traffic is taken to be alike.
    double perOwn = own == 0 ? 0 : 1 / own;
    return new Estimate(
        share(wrong / everywhere + uncheckedWrong * perOwn),
        share((wrong - half) / everywhere),
        share(
            (wrong + half) / everywhere
                + Math.max(uncheckedWrong, unchecked * maxErrorRate) * perOwn));
  }

  private static double share(double value) {
    return Math.clamp(value, 0.0, 1.0);
  }
}
