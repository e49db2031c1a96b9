package dev.fairlead.gateway.totals;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other gateways what this one has counted, in the background and only when it is asked
 * for or something has changed, and gives the totals over all. Thread-safe; only {@link #close}
 * blocks.
 */
public final class SharedTotals implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(SharedTotals.class);

  /** Who asks for the summary is not kept waiting by Redis for longer. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** How often to tell even what has not changed: a Redis that lost it has it again then. */
  private static final int TICKS_UNCHANGED = 10;

  private final Supplier<Totals> own;
  private final @Nullable TotalsShare share;
  private final @Nullable ScheduledFuture<?> ticks;
  private final AtomicBoolean telling = new AtomicBoolean();
  private long order;
  private volatile @Nullable Totals told;
  private int unchanged;

  /**
   * Totals and whose they are.
   *
   * @param everyReplica whether they are added up over all gateways, and not of this one alone
   */
  public record View(Totals totals, boolean everyReplica) {

    /** How answers name it: {@code all} or {@code replica}. */
    public String scope() {
      return everyReplica ? "all" : "replica";
    }
  }

  private SharedTotals(
      Supplier<Totals> own,
      @Nullable TotalsShare share,
      @Nullable ScheduledExecutorService timer,
      Duration every) {
    this.own = own;
    this.share = share;
    this.ticks =
        timer == null
            ? null
            : timer.scheduleAtFixedRate(
                this::tick, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Of a gateway that has no others beside it. */
  public static SharedTotals alone(Supplier<Totals> own) {
    return new SharedTotals(own, null, null, Duration.ZERO);
  }

  /**
   * Of a gateway among others; begins to tell.
   *
   * @param every time between two looks at what has changed
   */
  public static SharedTotals over(
      RedisTotals share, Supplier<Totals> own, ScheduledExecutorService timer, Duration every) {
    return new SharedTotals(own, share, timer, every);
  }

  /**
   * Totals over all gateways, at most one look of theirs old; this gateway's own ones where there
   * are no others, or when the sums cannot be had in time. Never fails.
   */
  public CompletableFuture<View> view() {
    if (share == null) {
      return CompletableFuture.completedFuture(new View(own.get(), false));
    }
    return tell(share)
        .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(sums -> new View(sums, true))
        .exceptionally(error -> {
          logger.debug("totals over all gateways cannot be had", error);
          return new View(own.get(), false);
        });
  }

  private void tick() {
    TotalsShare others = share;
    if (others == null || !due() || !telling.compareAndSet(false, true)) {
      return;
    }
    tell(others)
        .whenComplete((sums, error) -> {
          telling.set(false);
          if (error != null) {
            logger.debug("totals wait for Redis", error);
          }
        });
  }

  private boolean due() {
    unchanged = own.get().equals(told) ? unchanged + 1 : 0;
    return unchanged % TICKS_UNCHANGED == 0;
  }

  private CompletableFuture<Totals> tell(TotalsShare others) {
    CompletableFuture<Totals> answer;
    Totals now;
    synchronized (this) {
      now = own.get();
      answer = others.tell(now, ++order);
    }
    return answer.whenComplete((sums, error) -> {
      if (error == null) {
        told = now;
      }
    });
  }

  /** Tells the last of it; waits for that, but not for long. */
  @Override
  public void close() {
    if (ticks != null && share != null) {
      ticks.cancel(false);
      try {
        Totals ignored = tell(share).orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
      } catch (CompletionException e) {
        logger.debug("the last totals could not be told", e);
      }
    }
  }
}
