package dev.fairlead.gateway.quality;

import dev.fairlead.gateway.state.CoalescedRun;
import dev.fairlead.gateway.state.SharedDocument;
import dev.fairlead.gateway.state.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds what this gateway has seen of models' quality to what all gateways of a store have, and
 * takes over theirs: every few seconds, on virtual threads. What is kept outlives the process; a
 * store that does not answer gets it the next time. Thread-safe.
 */
public final class SharedQuality implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(SharedQuality.class);

  private final SharedDocument<QualityBook> document;
  private final QualityMemory memory;
  private final InstantSource clock;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledFuture<?> ticks;
  private volatile boolean failed;

  private SharedQuality(
      QualityEstimates estimates,
      StateStore store,
      InstantSource clock,
      ScheduledExecutorService timer,
      Duration every) {
    this.document =
        new SharedDocument<>(
            store, "the record of models' quality", QualityBook.class, QualityBook.EMPTY);
    this.memory = estimates.memory();
    this.clock = clock;
    share();
    CoalescedRun looks = new CoalescedRun(blocking, this::share);
    this.ticks =
        timer.scheduleAtFixedRate(
            looks::ask, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Reads what is kept, which blocks, and begins to share.
   *
   * @param store of this document alone, which is closed at the end
   * @param every time between two looks
   */
  public static SharedQuality start(
      QualityEstimates estimates,
      StateStore store,
      InstantSource clock,
      ScheduledExecutorService timer,
      Duration every) {
    return new SharedQuality(estimates, store, clock, timer, every);
  }

  /** Never throws: it is asked for again. */
  private void share() {
    Instant now = clock.instant();
    QualityBook telling = memory.begin();
    try {
      memory.told(all(telling, now));
      failed = false;
    } catch (RuntimeException e) {
      memory.untold(now);
      if (!failed) {
        logger.warn("the record of models' quality is not kept beyond this process yet", e);
      }
      failed = true;
    }
  }

  private QualityBook all(QualityBook telling, Instant now) {
    if (!telling.empty()) {
      return document.update(kept -> kept.plus(telling, now));
    }
    document.refresh();
    return document.current();
  }

  /** Hands on the last of it; blocks. */
  @Override
  public void close() {
    ticks.cancel(false);
    blocking.close();
    share();
    document.close();
  }
}
