package dev.fairlead.tools.loadgen;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends a plan's requests, each at its time or, when all slots are taken, as soon as one is free.
 * One thread sends them in order, so arrivals queue as they do at a server's door.
 */
final class OpenLoop implements Runnable {

  private final LoadPlan plan;
  private final Sender sender;
  private final long beginNanos;
  private final Semaphore slots;
  private volatile boolean stopped;
  private volatile long sent;
  private volatile boolean over;

  /** Sends one request without blocking; {@code free} is called once when it is over. */
  interface Sender {
    /** See the type. */
    void send(AnswerReader.Arrival arrival, Runnable free);
  }

  OpenLoop(LoadPlan plan, Sender sender, long beginNanos) {
    this.plan = plan;
    this.sender = sender;
    this.beginNanos = beginNanos;
    this.slots = new Semaphore(plan.concurrency());
  }

  @Override
  public void run() {
    long arrivals = plan.arrivals();
    try {
      for (long arrival = 0; arrival < arrivals && !stopped; arrival++) {
        long intended = plan.arrivalNanos(arrival);
        await(intended);
        if (!slotBeforeTheEnd()) {
          return;
        }
        sender.send(new AnswerReader.Arrival(arrival, beginNanos, intended), slots::release);
        sent = arrival + 1;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      over = true;
    }
  }

  /** Arrivals sent so far; they are the first ones of the plan. */
  long sent() {
    return sent;
  }

  /** Whether no further request will be sent. */
  boolean over() {
    return over;
  }

  /** No further request; may be called from any thread. */
  void stop() {
    stopped = true;
  }

  private void await(long intended) {
    long left = intended - elapsed();
    while (left > 0 && !stopped) {
      LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
      left = intended - elapsed();
    }
  }

  private boolean slotBeforeTheEnd() throws InterruptedException {
    while (!stopped) {
      long left = plan.endNanos() - elapsed();
      if (slots.tryAcquire(
          Math.clamp(left, 0, TimeUnit.MILLISECONDS.toNanos(100)), TimeUnit.NANOSECONDS)) {
        return true;
      }
      if (left <= 0) {
        return false;
      }
    }
    return false;
  }

  private long elapsed() {
    return System.nanoTime() - beginNanos;
  }
}
