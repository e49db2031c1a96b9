package dev.fairlead.gateway.limits;

import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.limits.LimitDecision.Refusal;
import dev.fairlead.gateway.limits.LimitDecision.What;
import dev.fairlead.gateway.limits.LimitStatus.Left;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits of this process alone, by a clock that no one can set. One lock: an admission is a few
 * additions.
 */
public final class MemoryLimitStore implements LimitStore {

  private final LongSupplier nanoTime;
  private final long partNanos;
  private final double share;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Counted> counted = new HashMap<>();

  /**
   * A store in which nothing has happened.
   *
   * @param nanoTime as {@link System#nanoTime}
   * @param window that requests and tokens are limited in
   * @param share of each limit that is given here, above 0 up to 1; at least 1 of anything is
   */
  public MemoryLimitStore(LongSupplier nanoTime, Duration window, double share) {
    this.nanoTime = nanoTime;
    this.partNanos = window.toNanos() / PARTS;
    this.share = share;
  }

  private static final class Counted {
    final SlidingWindow requests = new SlidingWindow();
    final SlidingWindow tokens = new SlidingWindow();
    final Set<String> permits = new HashSet<>();

    void advance(long tick) {
      requests.advance(tick);
      tokens.advance(tick);
    }
  }

  @Override
  public CompletableFuture<LimitDecision> admit(LimitDemand demand) {
    return CompletableFuture.completedFuture(decide(demand));
  }

  private LimitDecision decide(LimitDemand demand) {
    lock.lock();
    try {
      long tick = Math.floorDiv(nanoTime.getAsLong(), partNanos);
      Refusal refused = null;
      for (Owner owner : demand.owners()) {
        Counted of = of(owner);
        of.advance(tick);
        refused = refused == null ? refusal(owner, of, demand.tokens()) : refused;
      }
      LimitStatus status = LimitStatus.NONE;
      for (Owner owner : demand.owners()) {
        if (refused == null) {
          count(of(owner), demand);
        }
        status = status.and(status(owner, of(owner)));
      }
      return new LimitDecision(refused, status, tick, this, false);
    } finally {
      lock.unlock();
    }
  }

  private Counted of(Owner owner) {
    return counted.computeIfAbsent(owner.kind() + ":" + owner.id(), name -> new Counted());
  }

  private static void count(Counted of, LimitDemand demand) {
    of.requests.add(1);
    of.tokens.add(demand.tokens());
    of.permits.add(demand.permit());
  }

  private @Nullable Refusal refusal(Owner owner, Counted of, long tokens) {
    long concurrent = shared(owner.quota().rates().concurrent());
    if (concurrent > 0 && of.permits.size() >= concurrent) {
      return new Refusal(owner, What.CONCURRENT, concurrent, null);
    }
    Refusal byRequests = refusal(owner, What.REQUESTS, requests(owner), of.requests, 1);
    return byRequests != null
        ? byRequests
        : refusal(owner, What.TOKENS, tokens(owner), of.tokens, tokens);
  }

  private @Nullable Refusal refusal(
      Owner owner, What what, long limit, SlidingWindow window, long more) {
    long excess = window.total() + more - limit;
    if (limit == 0 || excess <= 0) {
      return null;
    }
    long ticks = more > limit ? -1 : window.ticksUntilFree(excess);
    return new Refusal(owner, what, limit, ticks < 0 ? null : Duration.ofNanos(ticks * partNanos));
  }

  private LimitStatus status(Owner owner, Counted of) {
    return new LimitStatus(left(requests(owner), of.requests), left(tokens(owner), of.tokens));
  }

  private @Nullable Left left(long limit, SlidingWindow window) {
    return limit == 0
        ? null
        : new Left(
            limit,
            Math.max(0, limit - window.total()),
            Duration.ofNanos(window.ticksUntilEmpty() * partNanos));
  }

  private long requests(Owner owner) {
    return shared(owner.quota().rates().requestsPerMinute());
  }

  private long tokens(Owner owner) {
    return shared(owner.quota().rates().tokensPerMinute());
  }

  private long shared(long limit) {
    return limit == 0 ? 0 : Math.max(1, (long) (limit * share));
  }

  @Override
  public void finish(LimitDemand demand, LimitDecision admitted, long tokens) {
    lock.lock();
    try {
      long tick = Math.floorDiv(nanoTime.getAsLong(), partNanos);
      for (Owner owner : demand.owners()) {
        Counted of = of(owner);
        of.advance(tick);
        boolean ignored = of.permits.remove(demand.permit());
        if (tokens >= 0) {
          of.tokens.correct(admitted.tick(), tokens - demand.tokens());
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
