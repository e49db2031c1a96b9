package dev.fairlead.gateway.keys;

import dev.fairlead.gateway.state.CoalescedRun;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps this replica's copy of the keys fresh, on virtual threads. Thread-safe. */
public final class KeyFollower implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(KeyFollower.class);

  private final SharedKeyBook book;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledFuture<?> ticks;

  /**
   * Reads the keys, then follows their changes; blocks on the first reading.
   *
   * @param every time between two looks, beside those that the store asks for
   */
  public KeyFollower(SharedKeyBook book, ScheduledExecutorService timer, Duration every) {
    this.book = book;
    CoalescedRun looks = new CoalescedRun(blocking, this::look);
    look();
    book.onChange(looks::ask);
    this.ticks =
        timer.scheduleWithFixedDelay(
            looks::ask, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      book.refresh();
    } catch (RuntimeException e) {
      logger.error("the keys cannot be followed", e);
    }
  }

  /** Stops following and lets go of the store; blocks. */
  @Override
  public void close() {
    ticks.cancel(false);
    blocking.close();
    book.close();
  }
}
