package dev.fairlead.scorer;

import dev.fairlead.common.failure.Failure;
import io.grpc.Context;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that compute, and the bounded queue before them. A call that is cancelled or whose
 * deadline passes while it waits leaves the queue at once and is never computed. Thread-safe;
 * {@link #admit} does not block.
 *
 * <p>Platform threads, not virtual ones: native calls hold their carrier, and there should be no
 * more of them than cores.
 */
final class ComputePool implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(ComputePool.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final int queueCapacity;
  private final int threads;
  private final Duration closeTimeout;
  private final AtomicInteger admitted = new AtomicInteger();
  private final ThreadPoolExecutor executor;
  private final MeterRegistry meters;
  private final Timer waits;

  ComputePool(int threads, int queueCapacity, Duration closeTimeout, MeterRegistry meters) {
    this.threads = threads;
    this.queueCapacity = queueCapacity;
    this.closeTimeout = closeTimeout;
    this.meters = meters;
    this.executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("scorer-compute-", 0).daemon(true).factory());
    executor.prestartAllCoreThreads();
    this.waits =
        Timer.builder("llm.router.scorer.queue.wait")
            .description("From the door to a thread")
            .register(meters);
    Gauge.builder("llm.router.scorer.queue.depth", this, ComputePool::waiting)
        .description("Calls waiting for a thread")
        .register(meters);
  }

  /** Work of one call, in one or more steps. */
  interface Work {

    /** Computes the next step; false when that was the last. */
    boolean step();

    /** Will not be computed, or not further. */
    void dropped(Failure failure);
  }

  /**
   * Lets a call in, in the gRPC context of the caller's thread.
   *
   * @throws dev.fairlead.common.failure.FailureException {@link Failure.Overloaded} when threads
   *     and queue are full
   */
  void admit(Work work) {
    if (admitted.incrementAndGet() > threads + queueCapacity || executor.isShutdown()) {
      admitted.decrementAndGet();
      count("overloaded");
      throw new Failure.Overloaded(
              "scorer: " + queueCapacity + " calls are waiting (expected: fewer)", RETRY_AFTER)
          .asException();
    }
    new QueuedCall(this, work, Context.current()).enqueue();
  }

  /**
   * Lets in help for a call that is in already, when a thread has nothing else to do. It is not
   * dropped with the call: it must see for itself that there is nothing left.
   *
   * @return whether it was let in
   */
  boolean admitIfIdle(Work help) {
    if (admitted.get() >= threads || executor.isShutdown()) {
      return false;
    }
    admitted.incrementAndGet();
    new QueuedCall(this, help, Context.current().fork()).enqueue();
    return true;
  }

  /** Calls let in that no thread is computing now. */
  int waiting() {
    return executor.getQueue().size();
  }

  void enqueue(QueuedCall call) {
    executor.execute(call);
  }

  boolean remove(QueuedCall call) {
    return executor.remove(call);
  }

  void waited(long nanos) {
    waits.record(nanos, TimeUnit.NANOSECONDS);
  }

  void left() {
    admitted.decrementAndGet();
  }

  void count(String reason) {
    Counter.builder("llm.router.scorer.dropped")
        .description("Calls that were not computed, by the reason")
        .tag("reason", reason)
        .register(meters)
        .increment();
  }

  void failed(Throwable error) {
    logger.warn("a computation failed", error);
    count("failed");
  }

  /** Lets admitted calls finish within the close timeout. Blocks. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(closeTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
        logger.warn(
            "{} calls were not computed before the shutdown", executor.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
