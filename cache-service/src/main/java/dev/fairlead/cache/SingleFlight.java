package dev.fairlead.cache;

import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.LeaseStore;
import dev.fairlead.cache.store.LeaseStore.Attempt;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One maker for each answer. Inside the process lookups of an id queue behind the first; that one
 * asks the {@link LeaseStore} for the right to make the answer, which is what keeps other replicas
 * out. When the holder gives up, dies (its lease ends) or answers, the queue moves: to the next one
 * in the first two cases, away altogether in the last.
 *
 * <p>When the lease store is away, the right is granted inside the process only: one call a replica
 * is better than an error.
 */
final class SingleFlight {

  private static final Duration RETRY_AT_LEAST = Duration.ofMillis(20);

  private final ConcurrentMap<String, Flight> flights = new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final LeaseStore leases;
  private final ScheduledExecutorService timer;
  private final Duration ttl;
  private final int maxWaiters;

  SingleFlight(LeaseStore leases, ScheduledExecutorService timer, Duration ttl, int maxWaiters) {
    this.leases = leases;
    this.timer = timer;
    this.ttl = ttl;
    this.maxWaiters = maxWaiters;
  }

  /** What a lookup gets out of it. */
  sealed interface Turn {
    /** The right, and duty, to make the answer. */
    record Leading(String leaseId, Duration ttl) implements Turn {}

    /** The answer was stored; empty means that the store has it. */
    record Answered(Optional<CacheEntry> entry) implements Turn {}

    /** Another makes it, and there was no time to wait. */
    record NotGranted() implements Turn {}

    /** Another makes it and did not finish in time. */
    record TimedOut() implements Turn {}
  }

  /**
   * Asks for a turn. The future always completes, at the latest after {@code wait}.
   *
   * @param leaseId what the right is called when it is granted; empty means that one is made.
   *     Whoever asks again by the name of a right that holds is granted it anew
   * @param enough as {@link LeaseStore#tryAcquire} takes it
   * @param wait how long to wait for another that makes the answer; 0 means not at all
   */
  CompletableFuture<Turn> enter(String id, String leaseId, Duration enough, Duration wait) {
    String name = leaseId.isEmpty() ? UUID.randomUUID().toString() : leaseId;
    Waiter waiter = new Waiter(name, enough, wait.isPositive() && waiting.get() < maxWaiters);
    if (waiter.patient) {
      waiting.incrementAndGet();
      var unused = waiter.turn.whenComplete((turn, error) -> waiting.decrementAndGet());
      var timeout =
          timer.schedule(
              () -> waiter.turn.complete(new Turn.TimedOut()),
              wait.toMillis(),
              TimeUnit.MILLISECONDS);
      var unusedToo = waiter.turn.whenComplete((turn, error) -> timeout.cancel(false));
    }
    boolean[] first = new boolean[1];
    Flight flight =
        flights.compute(
            id,
            (key, existing) -> {
              Flight current = existing == null ? new Flight(id) : existing;
              synchronized (current) {
                first[0] = current.idle || waiter.leaseId.equals(current.leaseId);
                if (first[0]) {
                  current.idle = false;
                } else if (waiter.patient) {
                  current.waiters.addLast(waiter);
                }
              }
              return current;
            });
    if (first[0]) {
      attempt(flight, waiter);
    } else if (!waiter.patient) {
      waiter.turn.complete(new Turn.NotGranted());
    }
    return waiter.turn;
  }

  /**
   * The answer of an id was stored, here (with the entry) or on another replica (without). Ends the
   * lease.
   */
  void stored(String id, String leaseId, Optional<CacheEntry> entry) {
    if (!leaseId.isEmpty()) {
      var unused = leases.release(id, leaseId);
    }
    Flight flight = flights.remove(id);
    if (flight != null) {
      land(flight, new Turn.Answered(entry));
    }
  }

  /** The holder gives up; completes with whether it held the lease. */
  CompletableFuture<Boolean> abandon(String id, String leaseId) {
    return leases
        .release(id, leaseId)
        .exceptionally(error -> false)
        .thenApply(released -> {
          boolean here = moveOn(id, leaseId);
          return released || here;
        });
  }

  /** The holder of a lease on another replica gave up. */
  void freedElsewhere(String id, String leaseId) {
    moveOn(id, leaseId);
  }

  private boolean moveOn(String id, String leaseId) {
    Flight flight = flights.get(id);
    if (flight == null) {
      return false;
    }
    synchronized (flight) {
      boolean mine = leaseId.equals(flight.leaseId);
      if (!mine && !flight.heldElsewhere) {
        flight.freed = flight.leaseId == null;
        return false;
      }
    }
    next(flight);
    return true;
  }

  /** How many lookups wait. */
  int waiting() {
    return waiting.get();
  }

  private void attempt(Flight flight, Waiter waiter) {
    String leaseId = waiter.leaseId;
    var unused =
        leases
            .tryAcquire(flight.id, leaseId, ttl, waiter.enough)
            .handle((attempt, error) -> {
              settle(flight, waiter, leaseId, error == null ? attempt : new Attempt.Granted());
              return null;
            });
  }

  private void settle(Flight flight, Waiter waiter, String leaseId, Attempt attempt) {
    switch (attempt) {
      case Attempt.Granted granted -> lead(flight, waiter, leaseId);
      case Attempt.HeldElsewhere held -> queueBehindOther(flight, waiter, held.remaining());
      case Attempt.AlreadyStored stored -> {
        flights.remove(flight.id, flight);
        waiter.turn.complete(new Turn.Answered(Optional.empty()));
        land(flight, new Turn.Answered(Optional.empty()));
      }
    }
  }

  private void lead(Flight flight, Waiter waiter, String leaseId) {
    int grant;
    synchronized (flight) {
      flight.leaseId = leaseId;
      flight.heldElsewhere = false;
      flight.freed = false;
      grant = ++flight.grants;
    }
    var unused =
        timer.schedule(
            () -> {
              synchronized (flight) {
                if (!leaseId.equals(flight.leaseId) || grant != flight.grants) {
                  return;
                }
              }
              next(flight);
            },
            ttl.toMillis(),
            TimeUnit.MILLISECONDS);
    if (!waiter.turn.complete(new Turn.Leading(leaseId, ttl))) {
      var unusedToo = abandon(flight.id, leaseId);
    }
  }

  /**
   * Another holds it, or did when it was asked: what has been heard of its end since then would not
   * be heard again.
   */
  private void queueBehindOther(Flight flight, Waiter waiter, Duration remaining) {
    Turn landed;
    boolean freed;
    synchronized (flight) {
      landed = flight.landed;
      freed = flight.freed && waiter.patient;
      flight.freed = false;
      if (landed == null && !freed) {
        flight.heldElsewhere = true;
        flight.leaseId = null;
        if (waiter.patient) {
          flight.waiters.addFirst(waiter);
        }
      }
    }
    if (landed != null) {
      waiter.turn.complete(landed);
    } else if (freed) {
      attempt(flight, waiter);
    } else {
      retryAfter(flight, waiter, remaining);
    }
  }

  private void retryAfter(Flight flight, Waiter waiter, Duration remaining) {
    if (!waiter.patient) {
      waiter.turn.complete(new Turn.NotGranted());
    }
    Duration delay = remaining.compareTo(RETRY_AT_LEAST) < 0 ? RETRY_AT_LEAST : remaining;
    var unused =
        timer.schedule(
            () -> {
              synchronized (flight) {
                if (!flight.heldElsewhere) {
                  return;
                }
              }
              next(flight);
            },
            delay.toMillis() + 1,
            TimeUnit.MILLISECONDS);
  }

  /** Nobody makes the answer any more: the next one that still waits tries, or the flight ends. */
  private void next(Flight flight) {
    Waiter[] chosen = new Waiter[1];
    flights.computeIfPresent(
        flight.id,
        (id, current) -> {
          if (current != flight) {
            return current;
          }
          synchronized (flight) {
            flight.leaseId = null;
            flight.heldElsewhere = false;
            do {
              chosen[0] = flight.waiters.pollFirst();
            } while (chosen[0] != null && chosen[0].turn.isDone());
          }
          return chosen[0] == null ? null : current;
        });
    if (chosen[0] != null) {
      attempt(flight, chosen[0]);
    }
  }

  private static void land(Flight flight, Turn turn) {
    Deque<Waiter> waiters;
    synchronized (flight) {
      flight.landed = turn;
      flight.leaseId = null;
      flight.heldElsewhere = false;
      waiters = new ArrayDeque<>(flight.waiters);
      flight.waiters.clear();
    }
    waiters.forEach(waiter -> waiter.turn.complete(turn));
  }

  private static final class Waiter {
    final CompletableFuture<Turn> turn = new CompletableFuture<>();
    final String leaseId;
    final Duration enough;
    final boolean patient;

    Waiter(String leaseId, Duration enough, boolean patient) {
      this.leaseId = leaseId;
      this.enough = enough;
      this.patient = patient;
    }
  }

  /**
   * Those who want one answer. Guarded by its monitor; put into and taken from the map under the
   * map's lock of its id.
   */
  private static final class Flight {
    final String id;
    final Deque<Waiter> waiters = new ArrayDeque<>();
    boolean idle = true;
    boolean heldElsewhere;
    @Nullable String leaseId;

    /** Whether a lease of another's ended while this one asked for its own. */
    boolean freed;

    /** What those who waited got; null while it goes on. */
    @Nullable Turn landed;

    /** Leases so far; the end of one is not that of a later one. */
    int grants;

    Flight(String id) {
      this.id = id;
    }
  }
}
