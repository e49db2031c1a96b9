package dev.fairlead.cache.store;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One time-box for all calls: those that are not done in time fail with {@link TimeoutException}, a
 * tenth of the time late at most. A timer of each call's own would wake the timer's thread twice a
 * call; here it wakes once a tenth of the time, and not at all while there are no calls.
 * Thread-safe.
 */
final class TimeBoxes {

  private static final long TICKS = 10;

  private final Queue<Box> boxes = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean sweeping = new AtomicBoolean();
  private final long nanos;
  private final Executor nextTick;

  private record Box(CompletableFuture<?> call, long end) {}

  TimeBoxes(Duration time) {
    this.nanos = time.toNanos();
    this.nextTick =
        CompletableFuture.delayedExecutor(
            Math.max(1, nanos / TICKS), TimeUnit.NANOSECONDS, Runnable::run);
  }

  /** From now on; dependents of a call that is too late run on the timer's thread. */
  void enclose(CompletableFuture<?> call) {
    if (call.isDone()) {
      return;
    }
    boxes.add(new Box(call, System.nanoTime() + nanos));
    begin();
  }

  private void begin() {
    if (sweeping.compareAndSet(false, true)) {
      nextTick.execute(this::sweep);
    }
  }

  /** They end in the order in which they began: the first that is neither done nor late ends it. */
  private void sweep() {
    long now = System.nanoTime();
    for (Box first = boxes.peek();
        first != null && (first.call().isDone() || first.end() - now <= 0);
        first = boxes.peek()) {
      boxes.remove();
      first.call().completeExceptionally(new TimeoutException("not done in time"));
    }
    sweeping.set(false);
    if (!boxes.isEmpty()) {
      begin();
    }
  }
}
