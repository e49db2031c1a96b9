package dev.fairlead.cache.store;

import dev.fairlead.redis.RedisUnavailableException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every call to a store its time-box, and stops asking a store that fails: while the breaker
 * is open, calls fail at once. After {@code openFor} a few calls try it again. Does not block.
 */
public final class StoreGuard {

  private static final Logger logger = LoggerFactory.getLogger(StoreGuard.class);
  private static final int WINDOW = 20;
  private static final int MINIMUM_CALLS = 8;
  private static final int PROBES = 3;

  private final CircuitBreaker breaker;
  private final TimeBoxes timeBoxes;
  private final Runnable onFailure;
  private volatile boolean answering = true;

  /**
   * Starts closed.
   *
   * @param timeout most that one call may take
   * @param openFor how long a failing store is left alone
   * @param onFailure told of every call that failed or was not made
   */
  public StoreGuard(Duration timeout, Duration openFor, Runnable onFailure) {
    this.timeBoxes = new TimeBoxes(timeout);
    this.onFailure = onFailure;
    this.breaker =
        CircuitBreaker.of(
            "cache-store",
            CircuitBreakerConfig.custom()
                .slidingWindow(
                    WINDOW, MINIMUM_CALLS, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(50)
                .waitDurationInOpenState(openFor)
                .permittedNumberOfCallsInHalfOpenState(PROBES)
                .build());
  }

  /**
   * Makes a call inside the time-box; every failure comes out as {@link StoreUnavailableException}.
   */
  public <T> CompletableFuture<T> call(Supplier<CompletionStage<T>> call) {
    if (!breaker.tryAcquirePermission()) {
      onFailure.run();
      return CompletableFuture.failedFuture(
          new StoreUnavailableException("store left alone after failures"));
    }
    long start = System.nanoTime();
    CompletableFuture<T> result = new CompletableFuture<>();
    CompletableFuture<T> boxed = started(call).copy();
    timeBoxes.enclose(boxed);
    var unused =
        boxed.whenComplete((value, error) -> {
          long took = System.nanoTime() - start;
          answering = error == null;
          if (error == null) {
            breaker.onSuccess(took, TimeUnit.NANOSECONDS);
            result.complete(value);
          } else {
            failed(took, error);
            result.completeExceptionally(
                new StoreUnavailableException("store failed: " + error.getMessage()));
          }
        });
    return result;
  }

  /**
   * A store that is known to be away fails at once and costs nothing: that does not count against
   * the breaker.
   */
  private void failed(long tookNanos, Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof StoreUnavailableException || cause instanceof RedisUnavailableException) {
      breaker.releasePermission();
    } else {
      breaker.onError(tookNanos, TimeUnit.NANOSECONDS, cause);
      logger.debug("a call to the store failed", cause);
    }
    onFailure.run();
  }

  private static <T> CompletableFuture<T> started(Supplier<CompletionStage<T>> call) {
    try {
      return call.get().toCompletableFuture();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Whether the last call that was made succeeded. */
  public boolean answering() {
    return answering;
  }
}
