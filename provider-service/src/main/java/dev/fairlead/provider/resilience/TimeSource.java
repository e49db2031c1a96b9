package dev.fairlead.provider.resilience;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Time and timers, so that tests can hold them. Thread-safe. */
public interface TimeSource {

  /** A timer that has been set. */
  interface Timer {
    /** Stops it; without effect when it has run. */
    void cancel();
  }

  /** The one of this JVM; its timers run on one daemon thread and must not block. */
  static TimeSource system() {
    return SystemTime.INSTANCE;
  }

  /** Nanoseconds from an arbitrary origin, as {@link System#nanoTime}. */
  long nanoTime();

  /** Runs the task once, after the delay. */
  Timer schedule(Duration delay, Runnable task);

  /** The JVM's clock and a timer thread. */
  final class SystemTime implements TimeSource {
    private static final SystemTime INSTANCE = new SystemTime();
    private final ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("provider-timer").factory());

    private SystemTime() {
      executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      var future = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    }
  }
}
