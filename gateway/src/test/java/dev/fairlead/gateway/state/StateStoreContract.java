package dev.fairlead.gateway.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.canary.CanaryConfig;
import dev.fairlead.gateway.canary.Transition;
import dev.fairlead.gateway.live.TryOutcome;
import dev.fairlead.gateway.slo.Objective;
import dev.fairlead.gateway.state.StateStore.Versioned;
import dev.fairlead.gateway.steering.CanaryTraffic;
import dev.fairlead.gateway.steering.StageChange;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every store of the shared document promises. */
abstract class StateStoreContract {

  /** A store of the same, at first empty, document; several may be open. */
  abstract StateStore open();

  @Test
  void empty_isVersionZero() {
    try (StateStore store = open()) {
      assertThat(store.read()).isEqualTo(Versioned.NONE);
    }
  }

  @Test
  void replace_countsUp_andIsReadByOthers() {
    try (StateStore store = open();
        StateStore other = open()) {
      assertThat(store.replace(0, "{\"a\":1}")).isTrue();
      assertThat(other.read()).isEqualTo(new Versioned(1, "{\"a\":1}"));
      assertThat(other.replace(1, "{\"a\":2}")).isTrue();
      assertThat(store.read()).isEqualTo(new Versioned(2, "{\"a\":2}"));
    }
  }

  @Test
  void replace_isRefused_whenAnotherWasFirst() {
    try (StateStore store = open();
        StateStore other = open()) {
      assertThat(store.replace(0, "{\"a\":1}")).isTrue();
      assertThat(other.replace(0, "{\"a\":2}")).isFalse();
      assertThat(other.read().json()).isEqualTo("{\"a\":1}");
    }
  }

  @Test
  void restore_bringsBackWhatIsNewer_andNothingElse() {
    try (StateStore store = open()) {
      store.restore(new Versioned(7, "{\"a\":7}"));
      assertThat(store.read()).isEqualTo(new Versioned(7, "{\"a\":7}"));
      store.restore(new Versioned(6, "{\"a\":6}"));
      store.restore(new Versioned(7, "{\"a\":8}"));
      assertThat(store.read()).isEqualTo(new Versioned(7, "{\"a\":7}"));
    }
  }

  @Test
  void concurrentChanges_areAllKept() throws Exception {
    try (StateStore store = open();
        StateStore other = open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      SharedState here = new SharedState(store);
      SharedState there = new SharedState(other);
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String what = "change " + i;
        SharedState state = i % 2 == 0 ? here : there;
        running.add(threads.submit(() -> state.update(document -> document.audited(entry(what)))));
      }
      for (Future<?> change : running) {
        change.get();
      }
      here.refresh();
      assertThat(here.current().audit())
          .extracting(AuditEntry::what)
          .hasSize(20)
          .doesNotHaveDuplicates();
    }
  }

  private static CanaryTraffic canary(SharedState state) {
    CanaryConfig config =
        new CanaryConfig("base", "new", List.of(1.0, 5.0, 25.0, 50.0), 20, 2.0, false, 0.01);
    Objective objective = new Objective("default", 1000, 0, 0.99);
    return new CanaryTraffic(config, objective, state, InstantSource.system());
  }

  private List<StageChange> advancedAtOnce(int advances, boolean force) throws Exception {
    try (StateStore store = open();
        StateStore other = open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CanaryTraffic here = canary(new SharedState(store));
      CanaryTraffic there = canary(new SharedState(other));
      List<Future<StageChange>> running = new ArrayList<>();
      for (int i = 0; i < advances; i++) {
        CanaryTraffic canary = i % 2 == 0 ? here : there;
        running.add(threads.submit(() -> canary.advance(force)));
      }
      List<StageChange> changes = new ArrayList<>();
      for (Future<StageChange> change : running) {
        changes.add(change.get());
      }
      return changes;
    }
  }

  @Test
  void forcedAdvances_stepOnceEach_whenTheyAreConcurrent() throws Exception {
    assertThat(advancedAtOnce(4, true))
        .extracting(change -> change.before().stage() + " to " + change.after().stage())
        .containsExactlyInAnyOrder("0 to 1", "1 to 2", "2 to 3", "3 to 4");
    try (StateStore store = open()) {
      SharedState again = new SharedState(store);
      again.refresh();
      assertThat(canary(again).state().stage()).as("kept").isEqualTo(4);
      assertThat(canary(again).state().history()).hasSize(4);
    }
  }

  @Test
  void advances_moveOneStageTogether_whenTheyAreNotForced() throws Exception {
    List<StageChange> changes = advancedAtOnce(6, false);
    assertThat(changes).filteredOn(StageChange::moved).hasSize(1);
    assertThat(changes).allMatch(change -> change.after().stage() == 1);
  }

  @Test
  void resultsOfTwoReplicas_fillOneWindow_andRollBothBack() throws Exception {
    try (StateStore store = open();
        StateStore other = open()) {
      SharedState first = new SharedState(store);
      SharedState second = new SharedState(other);
      CanaryTraffic here = canary(first);
      CanaryTraffic there = canary(second);
      assertThat(here.advance(false).moved()).isTrue();
      for (CanaryTraffic one : List.of(here, there)) {
        for (int i = 0; i < 4; i++) {
          one.observe(new TryOutcome(TryOutcome.Kind.SUCCESS, 5, -1, 1));
        }
        one.flush();
      }
      assertThat(there.state().window().samples()).isEqualTo(8);
      for (int i = 0; i < 10; i++) {
        there.observe(new TryOutcome(TryOutcome.Kind.FAILURE, 5, -1, 0));
      }
      there.flush();
      first.refresh();
      assertThat(here.state().stage()).isZero();
      assertThat(here.state().history().getLast().reason()).isEqualTo(Transition.ROLLBACK);
    }
  }

  static AuditEntry entry(String what) {
    return new AuditEntry(java.time.Instant.EPOCH, "127.0.0.1", what, "a", "b");
  }
}
