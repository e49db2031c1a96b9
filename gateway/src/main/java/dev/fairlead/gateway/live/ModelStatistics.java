package dev.fairlead.gateway.live;

import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What one model has done lately. Thread-safe.
 *
 * <p>Times of answers are kept as the time that an answer of {@link #REFERENCE_TOKENS} tokens would
 * have taken, so that a model with short answers does not look faster than it is: the measured time
 * and, for the tokens that it is short of that or beyond, the model's pace. The pace of streams is
 * the time after first tokens over the tokens that came in it; that of whole answers the slope of
 * time over length. A stall is so counted once, and not once for each token that a short answer is
 * short of the reference.
 */
public final class ModelStatistics {

  /** Length that times are compared at, in tokens. */
  static final int REFERENCE_TOKENS = 256;

  private static final double KEEP = 0.95;

  private final SlidingHistogram answers;
  private final SlidingHistogram firstTokens;
  private final SlidingCounts outcomes;
  private final TokenRegression whole = new TokenRegression();
  private double streamedNanos;
  private double streamedTokens;
  private double tokensPerAnswer;

  ModelStatistics(LongSupplier nanos, long windowNanos) {
    this.answers = new SlidingHistogram(nanos, windowNanos);
    this.firstTokens = new SlidingHistogram(nanos, windowNanos);
    this.outcomes = new SlidingCounts(nanos, windowNanos);
  }

  void succeeded(TryOutcome outcome) {
    outcomes.add(true);
    answers.record(Math.round(normalised(outcome)));
    if (outcome.streamed()) {
      firstTokens.record(outcome.firstTokenNanos());
    }
  }

  /**
   * @param atLeastNanos how long was waited in vain, 0 for a failure that says nothing about speed
   */
  void failed(long atLeastNanos) {
    outcomes.add(false);
    if (atLeastNanos > 0) {
      answers.record(atLeastNanos);
    }
  }

  private synchronized double normalised(TryOutcome outcome) {
    long tokens = outcome.outputTokens();
    if (tokens <= 0) {
      return outcome.latencyNanos();
    }
    tokensPerAnswer = tokensPerAnswer == 0 ? tokens : faded(tokensPerAnswer, tokens);
    if (!outcome.streamed()) {
      whole.add(tokens, outcome.latencyNanos());
    } else if (tokens > 1) {
      long rest = outcome.latencyNanos() - outcome.firstTokenNanos();
      streamedNanos = streamedNanos * KEEP + rest;
      streamedTokens = streamedTokens * KEEP + (tokens - 1);
    }
    return Math.max(0, outcome.latencyNanos() + pace() * (REFERENCE_TOKENS - tokens));
  }

  private static double faded(double mean, double value) {
    return mean * KEEP + value * (1 - KEEP);
  }

  private double pace() {
    return streamedTokens > 0 ? streamedNanos / streamedTokens : whole.nanosPerToken();
  }

  /**
   * Quantile of the time that an answer of a length takes, in milliseconds; empty when nothing is
   * known.
   *
   * @param quantile 0 to 1
   * @param outputTokens length of the answer, 0 or more
   */
  public OptionalDouble answerMillis(double quantile, long outputTokens) {
    OptionalDouble reference = answers.quantileMillis(quantile);
    if (reference.isEmpty()) {
      return reference;
    }
    double perToken;
    synchronized (this) {
      perToken = pace() / TimeUnit.MILLISECONDS.toNanos(1);
    }
    double moved = reference.getAsDouble() + perToken * (outputTokens - REFERENCE_TOKENS);
    double least = firstTokens.quantileMillis(quantile).orElse(0);
    return OptionalDouble.of(Math.max(moved, least));
  }

  /** Quantile of the time to the first token of streams, in milliseconds. */
  public OptionalDouble firstTokenMillis(double quantile) {
    return firstTokens.quantileMillis(quantile);
  }

  /** Output tokens a second while an answer comes; empty when it is not known. */
  public synchronized OptionalDouble tokensPerSecond() {
    double pace = pace();
    return pace > 0 ? OptionalDouble.of(1e9 / pace) : OptionalDouble.empty();
  }

  /** Mean length of its answers in tokens, old ones fading; 0 when it is not known. */
  public synchronized double tokensPerAnswer() {
    return tokensPerAnswer;
  }

  /** Answers in the window whose time is known. */
  public long samples() {
    return answers.count();
  }

  /** Tries in the window. */
  public long tries() {
    return outcomes.total();
  }

  /** Share of the window's tries that failed, 0 to 1. */
  public double errorRate() {
    return outcomes.failureRate();
  }
}
