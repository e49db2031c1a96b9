package dev.fairlead.gateway.limits;

import dev.fairlead.common.failure.Failure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the shared store within a time-box; while it is away, the local one, which gives this
 * replica a share of each limit, or refuses. After a failure the shared store is left alone for a
 * moment.
 */
public final class FallbackLimitStore implements LimitStore {

  private static final Logger logger = LoggerFactory.getLogger(FallbackLimitStore.class);
  private static final Duration LEFT_ALONE = Duration.ofSeconds(1);

  private final LimitStore shared;
  private final @Nullable LimitStore local;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private volatile boolean away;
  private volatile long retryAt;

  /**
   * Two stores.
   *
   * @param local null to refuse while the shared one is away
   * @param timeout time-box of an admission
   */
  public FallbackLimitStore(
      LimitStore shared, @Nullable LimitStore local, Duration timeout, LongSupplier nanoTime) {
    this.shared = shared;
    this.local = local;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletableFuture<LimitDecision> admit(LimitDemand demand) {
    if (away && nanoTime.getAsLong() - retryAt < 0) {
      return withoutShared(demand);
    }
    CompletableFuture<LimitDecision> asked = shared.admit(demand);
    return asked
        .copy()
        .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
        .handle((decision, error) -> {
          if (error == null) {
            reachable();
            return CompletableFuture.completedFuture(decision);
          }
          unreachable(error);
          var unused = asked.whenComplete((late, failed) -> giveBack(demand, late));
          return withoutShared(demand);
        })
        .thenCompose(decision -> decision);
  }

  /**
   * Let in too late: the request has been decided on already.
   *
   * @param late null when it is not known what became of the demand
   */
  private void giveBack(LimitDemand demand, @Nullable LimitDecision late) {
    if (late != null && late.refused() == null) {
      shared.finish(demand, late, 0);
    }
    if (demand.wish() != null && (late == null || late.held())) {
      demand.wish().settle(0);
    }
  }

  @Override
  public boolean holdsMoney() {
    return shared.holdsMoney();
  }

  private CompletableFuture<LimitDecision> withoutShared(LimitDemand demand) {
    return local != null
        ? local.admit(demand)
        : CompletableFuture.failedFuture(
            new Failure.UpstreamUnavailable(
                    "the limits cannot be checked now", 0, Duration.ofSeconds(1))
                .asException());
  }

  private void reachable() {
    if (away) {
      away = false;
      logger.info("the shared limits can be reached again");
    }
  }

  private void unreachable(Throwable error) {
    retryAt = nanoTime.getAsLong() + LEFT_ALONE.toNanos();
    if (!away) {
      away = true;
      logger.warn(
          "the shared limits cannot be reached, {}: {}",
          local == null ? "requests with limits are refused" : "this replica's share holds",
          error.toString());
    }
  }

  /** Tells the store that let the request in. */
  @Override
  public void finish(LimitDemand demand, LimitDecision admitted, long tokens) {
    admitted.store().finish(demand, admitted, tokens);
  }
}
