package dev.fairlead.cache.store;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The right to make the answer of an id, held by one at a time and for a limited time. Nothing here
 * blocks.
 */
public interface LeaseStore {

  /** Longer than any entry lives: the lease is wanted whatever is stored. */
  Duration NOTHING_IS_ENOUGH = Duration.ofDays(100L * 365);

  /**
   * Takes the lease if nobody else holds it: whoever holds it already holds it for the whole time again.
   *
   * @param id the entry that is to be made
   * @param leaseId who asks; nobody else's
   * @param ttl for how long
   * @param enough an entry that has not expired for longer than this from now makes the lease
   *     needless; {@link Duration#ZERO}: any that has not, {@link #NOTHING_IS_ENOUGH}: none
   */
  CompletableFuture<Attempt> tryAcquire(String id, String leaseId, Duration ttl, Duration enough);

  /** Gives the lease back if {@code leaseId} still holds it; whether it did. */
  CompletableFuture<Boolean> release(String id, String leaseId);

  /** What became of an attempt. */
  sealed interface Attempt {
    /** The lease is held now. */
    record Granted() implements Attempt {}

    /**
     * Somebody else holds it.
     *
     * @param remaining until it ends by itself
     */
    record HeldElsewhere(Duration remaining) implements Attempt {}

    /** No lease is needed: the entry was stored since. */
    record AlreadyStored() implements Attempt {}
  }
}
