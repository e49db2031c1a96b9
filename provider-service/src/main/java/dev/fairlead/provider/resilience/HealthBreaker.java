package dev.fairlead.provider.resilience;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One circuit: opens at a share of failures in a window of calls, and at a number of failures in a
 * row, which tells of an outage long before a window full of old successes does. Thread-safe, never
 * blocks.
 */
final class HealthBreaker {

  private static final long LAST_RESORT_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The library wants an exception; nobody reads it, so all failures share one without a trace. */
  private static final Exception FAILED = new Stackless();

  private final CircuitBreaker breaker;
  private final TimeSource time;
  private final Clock clock;
  private final Duration openFor;
  private final int mostInARow;
  private final AtomicInteger inARow = new AtomicInteger();
  private final AtomicLong lastResort;
  private final AtomicInteger opened = new AtomicInteger();
  private volatile long openedAtMillis;

  HealthBreaker(String name, BreakerSettings settings, TimeSource time, Clock clock) {
    this.time = time;
    this.clock = clock;
    this.openFor = settings.openFor();
    this.mostInARow = settings.consecutiveFailures();
    this.lastResort = new AtomicLong(time.nanoTime() - LAST_RESORT_EVERY_NANOS);
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(settings.window())
                .minimumNumberOfCalls(settings.minimumCalls())
                .failureRateThreshold((float) (settings.failureRate() * 100))
                .waitDurationInOpenState(settings.openFor())
                .permittedNumberOfCallsInHalfOpenState(settings.halfOpenCalls())
                .clock(clock)
                .build());
  }

  /**
   * Asks for a call; each one granted must end in {@link #succeeded}, {@link #failed} or {@link
   * #back}, with what {@link #opened} said when it began. A call that began before the circuit
   * opened is not heard: it is no probe, and would take the place of one or give a further one.
   */
  boolean tryAcquire() {
    return breaker.tryAcquirePermission();
  }

  /** Grants one call a second although the circuit is open. */
  boolean tryLastResort() {
    long now = time.nanoTime();
    long last = lastResort.get();
    return now - last >= LAST_RESORT_EVERY_NANOS && lastResort.compareAndSet(last, now);
  }

  /** A call of last resort succeeded: the circuit looks again. */
  void lookAgain() {
    if (breaker.getState() == State.OPEN) {
      breaker.transitionToHalfOpenState();
    }
  }

  void succeeded(int since, long nanos) {
    if (since != opened()) {
      return;
    }
    if (inARow.get() != 0) {
      inARow.set(0);
    }
    breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
  }

  void failed(int since, long nanos) {
    if (since != opened()) {
      return;
    }
    int row = inARow.incrementAndGet();
    boolean wasOpen = breaker.getState() == State.OPEN;
    breaker.onError(nanos, TimeUnit.NANOSECONDS, FAILED);
    if (row >= mostInARow && breaker.getState() == State.CLOSED) {
      breaker.transitionToOpenState();
    }
    // Not by the library's events: with one listener it makes an event of every success.
    if (!wasOpen && breaker.getState() == State.OPEN) {
      openedAtMillis = clock.millis();
      opened.incrementAndGet();
      inARow.set(0);
    }
  }

  /** A granted call ended in a way that says nothing about health. */
  void back(int since) {
    if (since == opened()) {
      breaker.releasePermission();
    }
  }

  /** How often it has opened. */
  int opened() {
    return opened.get();
  }

  boolean probing() {
    return breaker.getState() == State.HALF_OPEN;
  }

  State state() {
    return breaker.getState();
  }

  /** Whether it is open and the next call would not be let through. */
  boolean refuses() {
    return breaker.getState() == State.OPEN && !retryIn().isZero();
  }

  int calls() {
    return breaker.getMetrics().getNumberOfBufferedCalls();
  }

  int failures() {
    return breaker.getMetrics().getNumberOfFailedCalls();
  }

  /** Until an open circuit lets calls through again; zero when it is due. */
  Duration retryIn() {
    Duration left = openFor.minusMillis(clock.millis() - openedAtMillis);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static final class Stackless extends Exception {
    private static final long serialVersionUID = 1;

    Stackless() {
      super("a call failed", null, false, false);
    }
  }
}
