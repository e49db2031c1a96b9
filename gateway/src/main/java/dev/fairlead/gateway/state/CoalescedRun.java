package dev.fairlead.gateway.state;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a task soon after it is asked for, never twice at a time, and once more when it was asked
 * for while it ran. Thread-safe.
 */
public final class CoalescedRun {

  private final Executor executor;
  private final Runnable task;

  /** Times asked since the last run began; 0 when none is under way. */
  private final AtomicInteger asked = new AtomicInteger();

  /**
   * A task on an executor.
   *
   * @param task must not throw
   */
  public CoalescedRun(Executor executor, Runnable task) {
    this.executor = executor;
    this.task = task;
  }

  /** Asks for a run; does not wait for it. After the executor's end nothing happens. */
  public void ask() {
    if (asked.getAndIncrement() == 0) {
      try {
        executor.execute(this::runWhileAsked);
      } catch (RejectedExecutionException e) {
        asked.set(0);
      }
    }
  }

  private void runWhileAsked() {
    int seen;
    do {
      seen = asked.get();
      task.run();
    } while (!asked.compareAndSet(seen, 0));
  }
}
