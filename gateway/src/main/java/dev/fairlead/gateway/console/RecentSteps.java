package dev.fairlead.gateway.console;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts of the last five minutes in steps of five seconds, of every request. Thread-safe, does not
 * block; a request that ends while a step begins may be counted in neither place.
 */
final class RecentSteps {

  static final long STEP_MILLIS = 5_000;

  /** Steps that are told; a few more are kept, so that the oldest is not overwritten meanwhile. */
  static final int STEPS = 60;

  private static final int KEPT = 64;
  private static final Step NOTHING = new Step(-1);

  private final AtomicReferenceArray<Step> steps = new AtomicReferenceArray<>(KEPT);

  /** What ended in one step. */
  static final class Step {
    private final long number;
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder costNanoUsd = new LongAdder();
    private final LongAdder savedNanoUsd = new LongAdder();

    Step(long number) {
      this.number = number;
    }

    long requests() {
      return requests.sum();
    }

    long errors() {
      return errors.sum();
    }

    long hits() {
      return hits.sum();
    }

    long costNanoUsd() {
      return costNanoUsd.sum();
    }

    long savedNanoUsd() {
      return savedNanoUsd.sum();
    }
  }

  void answered(long millis, boolean hit, long costNanoUsd, long savedNanoUsd) {
    Step step = begun(millis / STEP_MILLIS);
    step.requests.increment();
    if (hit) {
      step.hits.increment();
    }
    step.costNanoUsd.add(costNanoUsd);
    step.savedNanoUsd.add(savedNanoUsd);
  }

  void failed(long millis, boolean cancelled) {
    Step step = begun(millis / STEP_MILLIS);
    step.requests.increment();
    if (!cancelled) {
      step.errors.increment();
    }
  }

  private Step begun(long number) {
    int place = (int) Math.floorMod(number, (long) KEPT);
    Step step = steps.getAcquire(place);
    while (step == null || step.number < number) {
      Step fresh = new Step(number);
      step = steps.compareAndSet(place, step, fresh) ? fresh : steps.getAcquire(place);
    }
    return step;
  }

  /** The step of that number, milliseconds of the epoch through {@link #STEP_MILLIS}. */
  Step at(long number) {
    Step step = steps.getAcquire((int) Math.floorMod(number, (long) KEPT));
    return step != null && step.number == number ? step : NOTHING;
  }
}
