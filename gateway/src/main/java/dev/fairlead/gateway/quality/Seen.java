package dev.fairlead.gateway.quality;

/**
 * Qualities that were seen, as much as they count at some time.
 *
 * @param count how many observations that is worth
 * @param sum of their qualities, each 0 to 1
 */
record Seen(double count, double sum) {

  static final Seen NOTHING = new Seen(0, 0);

  /** More than this says nothing about an observation. */
  private static final double GRAIN = 1e4;

  /** Validates: what was read from a store may be anything. */
  Seen {
    if (!(Double.isFinite(count) && sum >= 0 && sum <= count)) {
      throw new IllegalArgumentException(
          "count " + count + ", sum " + sum + " (expected: 0 <= sum <= count)");
    }
  }

  Seen plus(Seen other) {
    return new Seen(count + other.count, sum + other.sum);
  }

  /** Without those of {@code part}, which are among these. */
  Seen without(Seen part) {
    double rest = Math.max(0, count - part.count);
    return new Seen(rest, Math.clamp(sum - part.sum, 0, rest));
  }

  Seen times(double factor) {
    return new Seen(count * factor, sum * factor);
  }

  /** In as many digits as matter, to be kept. */
  Seen rounded() {
    return new Seen(Math.round(count * GRAIN) / GRAIN, Math.round(sum * GRAIN) / GRAIN);
  }

  /** Mean of a beta distribution; the prior counts like so many observations. */
  double mean(double prior, double weight) {
    return (weight * prior + sum) / (weight + count);
  }
}
