package dev.fairlead.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.SingleFlight.Turn;
import dev.fairlead.cache.store.LeaseStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is heard of a lease's end while the answer is under way that another holds it. */
class LeaseRaceTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final Deque<CompletableFuture<LeaseStore.Attempt>> attempts = new ArrayDeque<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final SingleFlight flights =
      new SingleFlight(
          new LeaseStore() {
            @Override
            public CompletableFuture<Attempt> tryAcquire(
                String id, String leaseId, Duration ttl, Duration enough) {
              CompletableFuture<Attempt> attempt = new CompletableFuture<>();
              attempts.add(attempt);
              return attempt;
            }

            @Override
            public CompletableFuture<Boolean> release(String id, String leaseId) {
              return CompletableFuture.completedFuture(false);
            }
          },
          timer,
          LONG,
          100);

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private CompletableFuture<Turn> waiting() {
    return flights.enter("id", "mine", Duration.ZERO, LONG);
  }

  private void answer(LeaseStore.Attempt attempt) {
    assertThat(attempts).hasSize(1);
    attempts.remove().complete(attempt);
  }

  @Test
  void d7_waiterIsAnswered_whenTheAnswerWasStoredMeanwhile() {
    CompletableFuture<Turn> turn = waiting();
    flights.stored("id", "", Optional.empty());
    answer(new LeaseStore.Attempt.HeldElsewhere(LONG));
    assertThat(turn).isCompletedWithValue(new Turn.Answered(Optional.empty()));
  }

  @Test
  void d7_waiterLeads_whenTheHolderGaveUpMeanwhile() {
    CompletableFuture<Turn> turn = waiting();
    flights.freedElsewhere("id", "other");
    answer(new LeaseStore.Attempt.HeldElsewhere(LONG));
    answer(new LeaseStore.Attempt.Granted());
    assertThat(turn).isCompletedWithValue(new Turn.Leading("mine", LONG));
  }

  @Test
  void waiter_waits_whenTheLeaseStillHolds() {
    CompletableFuture<Turn> turn = waiting();
    flights.freedElsewhere("id", "other");
    answer(new LeaseStore.Attempt.HeldElsewhere(LONG));
    answer(new LeaseStore.Attempt.HeldElsewhere(LONG));
    assertThat(turn).isNotDone();
    assertThat(attempts).isEmpty();
    flights.stored("id", "", Optional.empty());
    assertThat(turn).isCompletedWithValue(new Turn.Answered(Optional.empty()));
  }
}
