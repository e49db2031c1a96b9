package dev.fairlead.gateway.quality;

/**
 * Qualities that were seen, each counting half as much with every half-life that has passed. Times
 * are in half-lives. Thread-safe, does not block but for an uncontended lock.
 */
final class FadingMean {

  private double count;
  private double sum;
  private double at;

  /**
   * What is left of them.
   *
   * @param count how many observations that is worth
   * @param sum of their qualities
   */
  record Left(double count, double sum) {

    static final Left NOTHING = new Left(0, 0);

    /** Without those of {@code part}, which are among these. */
    Left without(Left part) {
      double rest = Math.max(0, count - part.count);
      return new Left(rest, Math.clamp(sum - part.sum, 0, rest));
    }

    /** Mean of a beta distribution; the prior counts like so many observations. */
    double mean(double prior, double weight) {
      return (weight * prior + sum) / (weight + count);
    }
  }

  synchronized void add(double quality, double now) {
    fade(now);
    count++;
    sum += quality;
  }

  synchronized Left left(double now) {
    fade(now);
    return new Left(count, sum);
  }

  private void fade(double now) {
    if (now > at) {
      double left = Math.pow(2, at - now);
      count *= left;
      sum *= left;
      at = now;
    }
  }
}
