package dev.fairlead.gateway.live;

/**
 * How much a token of the answer adds to its time: a line through (tokens, nanoseconds) by least
 * squares in which old answers fade. It is what tells a slow model from one with long answers when
 * nothing was streamed. Not thread-safe.
 */
final class TokenRegression {

  /** A hundred answers ago counts a third. */
  private static final double KEEP = 0.99;

  /** Below this spread of lengths (relative to the mean, squared) a slope is noise. */
  private static final double LEAST_SPREAD = 0.01;

  private static final double LEAST_WEIGHT = 8;

  private double weight;
  private double tokens;
  private double time;
  private double tokensSquared;
  private double tokensByTime;

  void add(double answerTokens, double nanos) {
    weight = weight * KEEP + 1;
    tokens = tokens * KEEP + answerTokens;
    time = time * KEEP + nanos;
    tokensSquared = tokensSquared * KEEP + answerTokens * answerTokens;
    tokensByTime = tokensByTime * KEEP + answerTokens * nanos;
  }

  /** Nanoseconds a token, 0 or more; 0 while the answers tell nothing. */
  double nanosPerToken() {
    if (weight < LEAST_WEIGHT) {
      return 0;
    }
    double mean = tokens / weight;
    double variance = tokensSquared / weight - mean * mean;
    if (variance <= LEAST_SPREAD * mean * mean) {
      return 0;
    }
    double slope = (tokensByTime / weight - mean * (time / weight)) / variance;
    // A line that would give the shortest answer a negative time is steeper than the truth.
    return Math.clamp(slope, 0.0, mean > 0 ? time / weight / mean : 0.0);
  }
}
