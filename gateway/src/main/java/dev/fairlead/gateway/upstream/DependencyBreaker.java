package dev.fairlead.gateway.upstream;

import com.linecorp.armeria.client.circuitbreaker.CircuitBreaker;
import java.time.Duration;

/**
 * The circuit breaker of a service that a request can do without: it opens after a few failures in
 * a row of seconds, and tries again every second, so that a service that is away costs its time-box
 * rarely.
 */
public final class DependencyBreaker {

  private static final Duration WINDOW = Duration.ofSeconds(5);
  private static final Duration UPDATE = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final long FEWEST_CALLS = 5;

  private DependencyBreaker() {}

  /** A new one; {@code name} is for logs. */
  public static CircuitBreaker of(String name) {
    return CircuitBreaker.builder(name)
        .minimumRequestThreshold(FEWEST_CALLS)
        .counterSlidingWindow(WINDOW)
        .counterUpdateInterval(UPDATE)
        .circuitOpenWindow(PAUSE)
        .trialRequestInterval(PAUSE)
        .build();
  }
}
