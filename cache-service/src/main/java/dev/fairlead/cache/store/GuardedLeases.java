package dev.fairlead.cache.store;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A lease store behind a {@link StoreGuard}. */
public final class GuardedLeases implements LeaseStore {

  private final LeaseStore leases;
  private final StoreGuard guard;

  /** Guards {@code leases}. */
  public GuardedLeases(LeaseStore leases, StoreGuard guard) {
    this.leases = leases;
    this.guard = guard;
  }

  @Override
  public CompletableFuture<Attempt> tryAcquire(
      String id, String leaseId, Duration ttl, Duration enough) {
    return guard.call(() -> leases.tryAcquire(id, leaseId, ttl, enough));
  }

  @Override
  public CompletableFuture<Boolean> release(String id, String leaseId) {
    return guard.call(() -> leases.release(id, leaseId));
  }
}
