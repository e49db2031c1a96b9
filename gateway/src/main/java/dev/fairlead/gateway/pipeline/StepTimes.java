package dev.fairlead.gateway.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * When each step of one request began: a row of a few numbers. Written by one step after the other;
 * who reads beside that asks for what {@link #ended} gives.
 */
public final class StepTimes {

  /** Where a request's time goes. */
  public enum Step {
    /** From its arrival: body, key, limits, what is to decide. */
    ADMIT,
    /** Exact or semantic lookup, or waiting for an identical request that another gateway has. */
    CACHE,
    /** Complexity and embedding of the prompt. */
    SCORE,
    /** Choosing the model, and holding money for it. */
    ROUTE,
    /** Tries of models until the answer has ended. */
    ATTEMPT,
    /** Telling a stored answer. */
    REPLAY,
    /** Handing the answer to the cache. */
    STORE,
    /** Reading along the answer of an identical request. */
    SHARED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Its name in spans and in the console. */
    public String label() {
      return label;
    }
  }

  /**
   * A step as it is told.
   *
   * @param beganNanos from the request's arrival
   */
  public record Took(Step step, long beganNanos, long nanos) {}

  /** A request that comes back to steps more often has the rest of its time in the last one. */
  private static final int MOST = 10;

  private static final int STEP_BITS = 3;
  private static final Step[] STEPS = Step.values();

  private final long startNanos;
  private final long[] begun;
  private final long endNanos;
  private int count;

  /**
   * Begins with {@link Step#ADMIT}.
   *
   * @param startNanos {@link System#nanoTime} of the request's arrival
   */
  StepTimes(long startNanos) {
    this(startNanos, new long[MOST], 1, Long.MAX_VALUE);
  }

  private StepTimes(long startNanos, long[] begun, int count, long endNanos) {
    this.startNanos = startNanos;
    this.begun = begun;
    this.count = count;
    this.endNanos = endNanos;
  }

  /** A step begins; the one before ends. */
  void begin(Step step) {
    begin(step, System.nanoTime());
  }

  void begin(Step step, long nanoTime) {
    if (count < MOST && (begun[count - 1] & (STEPS.length - 1)) != step.ordinal()) {
      begun[count++] = (nanoTime - startNanos) << STEP_BITS | step.ordinal();
    }
  }

  /** As it is now, when the request has ended. */
  public StepTimes ended() {
    return ended(System.nanoTime());
  }

  StepTimes ended(long nanoTime) {
    return new StepTimes(
        startNanos, Arrays.copyOf(begun, count), count, Math.max(0, nanoTime - startNanos));
  }

  /** The steps in order; the last one ends with the request. */
  public List<Took> told() {
    List<Took> steps = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long began = Math.min(begun[i] >> STEP_BITS, endNanos);
      long end = i + 1 < count ? Math.min(begun[i + 1] >> STEP_BITS, endNanos) : endNanos;
      steps.add(new Took(STEPS[(int) (begun[i] & (STEPS.length - 1))], began, end - began));
    }
    return steps;
  }
}
