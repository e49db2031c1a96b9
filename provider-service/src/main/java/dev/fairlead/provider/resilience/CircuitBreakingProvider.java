package dev.fairlead.provider.resilience;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Leaves a provider alone that fails too often. Refused requests and rate limits say nothing about
 * its health and do not count. A call of last resort passes an open breaker once in a while, so
 * that the only provider left is never cut off for good; when it succeeds, the breaker goes on to
 * half open at once.
 */
public final class CircuitBreakingProvider implements ModelProvider {

  private static final long LAST_RESORT_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ModelProvider next;
  private final CircuitBreaker breaker;
  private final String name;
  private final TimeSource time;
  private final Clock clock;
  private final Duration openFor;
  private final AtomicLong lastResort;
  private volatile long openedAtMillis;

  /** A breaker in front of {@code next}. */
  public CircuitBreakingProvider(
      ModelProvider next, String name, BreakerSettings settings, TimeSource time, Clock clock) {
    this.next = next;
    this.name = name;
    this.time = time;
    this.clock = clock;
    this.openFor = settings.openFor();
    this.lastResort = new AtomicLong(time.nanoTime() - LAST_RESORT_EVERY_NANOS);
    CircuitBreakerConfig config =
        CircuitBreakerConfig.custom()
            .slidingWindowType(SlidingWindowType.COUNT_BASED)
            .slidingWindowSize(settings.window())
            .minimumNumberOfCalls(settings.minimumCalls())
            .failureRateThreshold((float) (settings.failureRate() * 100))
            .waitDurationInOpenState(settings.openFor())
            .permittedNumberOfCallsInHalfOpenState(settings.halfOpenCalls())
            .clock(clock)
            .build();
    this.breaker = CircuitBreaker.of(name, config);
    breaker
        .getEventPublisher()
        .onStateTransition(event -> {
          if (event.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
            openedAtMillis = clock.millis();
          }
        });
  }

  @Override
  public Capabilities capabilities() {
    return next.capabilities();
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    if (breaker.tryAcquirePermission()) {
      return next.open(call, new Counting(listener));
    }
    if (call.lastResort() && takeLastResort()) {
      return next.open(call, new Probing(listener));
    }
    listener.onFailed(
        UpstreamFailure.shed(
            new Failure.UpstreamUnavailable(
                "provider " + name + " is failing and is left alone", 0, retryIn())));
    return Exchange.ENDED;
  }

  /** State of the breaker. */
  public CircuitBreaker.State state() {
    return breaker.getState();
  }

  /** Share of failures in the window, 0 to 1; negative before there are enough calls. */
  public double failureRate() {
    float percent = breaker.getMetrics().getFailureRate();
    return percent < 0 ? -1 : percent / 100;
  }

  /** Until an open breaker lets calls through again; zero when it is due. */
  public Duration retryIn() {
    Duration passed = Duration.ofMillis(clock.millis() - openedAtMillis);
    Duration left = openFor.minus(passed);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private boolean takeLastResort() {
    long now = time.nanoTime();
    long last = lastResort.get();
    return now - last >= LAST_RESORT_EVERY_NANOS && lastResort.compareAndSet(last, now);
  }

  /** Tells the breaker how a permitted call ended. */
  private final class Counting extends ForwardingListener {
    private final long began = time.nanoTime();

    Counting(AnswerListener next) {
      super(next);
    }

    @Override
    public void onCompleted(Completion completion) {
      breaker.onSuccess(time.nanoTime() - began, TimeUnit.NANOSECONDS);
      super.onCompleted(completion);
    }

    @Override
    public void onFailed(UpstreamFailure failure) {
      if (failure.failure().countsAgainstBreaker()) {
        breaker.onError(
            time.nanoTime() - began, TimeUnit.NANOSECONDS, failure.failure().asException());
      } else {
        breaker.releasePermission();
      }
      super.onFailed(failure);
    }
  }

  /** Lets the breaker look again when a call of last resort succeeded. */
  private final class Probing extends ForwardingListener {
    Probing(AnswerListener next) {
      super(next);
    }

    @Override
    public void onCompleted(Completion completion) {
      if (breaker.getState() == CircuitBreaker.State.OPEN) {
        breaker.transitionToHalfOpenState();
      }
      super.onCompleted(completion);
    }
  }
}
