package dev.fairlead.cache.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiPredicate;

/** Leases of one process. */
public final class MemoryLeases implements LeaseStore {

  private final ConcurrentMap<String, Held> leases = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private final BiPredicate<String, Duration> stored;

  /**
   * Starts without any lease.
   *
   * @param stored whether an entry is in the store and has not expired for longer than a time from
   *     now; must not block
   */
  public MemoryLeases(InstantSource clock, BiPredicate<String, Duration> stored) {
    this.clock = clock;
    this.stored = stored;
  }

  @Override
  public CompletableFuture<Attempt> tryAcquire(
      String id, String leaseId, Duration ttl, Duration enough) {
    Instant now = clock.instant();
    Held mine = new Held(leaseId, now.plus(ttl));
    Held holder =
        leases.compute(
            id,
            (key, old) ->
                old == null || !old.until().isAfter(now) || old.leaseId().equals(leaseId)
                    ? mine
                    : old);
    if (holder != mine) {
      return CompletableFuture.completedFuture(
          new Attempt.HeldElsewhere(Duration.between(now, holder.until())));
    }
    // Looked for after the lease is held: whoever stored before gave the lease back after storing.
    if (stored.test(id, enough)) {
      leases.remove(id, mine);
      return CompletableFuture.completedFuture(new Attempt.AlreadyStored());
    }
    return CompletableFuture.completedFuture(new Attempt.Granted());
  }

  @Override
  public CompletableFuture<Boolean> release(String id, String leaseId) {
    boolean[] held = new boolean[1];
    leases.computeIfPresent(
        id,
        (key, old) -> {
          held[0] = old.leaseId().equals(leaseId);
          return held[0] ? null : old;
        });
    return CompletableFuture.completedFuture(held[0]);
  }

  /** Forgets leases that ended by themselves. */
  public void sweep(Instant now) {
    leases.values().removeIf(held -> !held.until().isAfter(now));
  }

  private record Held(String leaseId, Instant until) {}
}
