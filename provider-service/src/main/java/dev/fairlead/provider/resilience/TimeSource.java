package dev.fairlead.provider.resilience;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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

  /**
   * The JVM's clock and a timer wheel: setting and cancelling a timer, which every call does, takes
   * no lock. A timer fires up to two ticks late.
   */
  final class SystemTime implements TimeSource {
    private static final long TICK_MILLIS = 5;
    private static final SystemTime INSTANCE = new SystemTime();
    private final HashedWheelTimer wheel =
        new HashedWheelTimer(
            Thread.ofPlatform().daemon().name("provider-timer").factory(),
            TICK_MILLIS,
            TimeUnit.MILLISECONDS);

    private SystemTime() {}

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      Waiting waiting = new Waiting(task);
      waiting.place = wheel.newTimeout(waiting, delay.toNanos(), TimeUnit.NANOSECONDS);
      return waiting;
    }

    /**
     * Lets go of the task when it is cancelled: the wheel keeps a cancelled timer until its next
     * tick, and whole calls would stay in memory with it and be copied by the collector.
     */
    private static final class Waiting implements TimerTask, Timer {
      private volatile @Nullable Runnable task;
      private @Nullable Timeout place;

      Waiting(Runnable task) {
        this.task = task;
      }

      @Override
      public void run(Timeout expired) {
        Runnable due = task;
        if (due != null) {
          due.run();
        }
      }

      @Override
      public void cancel() {
        task = null;
        Timeout set = place;
        if (set != null) {
          set.cancel();
        }
      }
    }
  }
}
