package dev.fairlead.gateway.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.state.StateStore.Versioned;
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

  static AuditEntry entry(String what) {
    return new AuditEntry(java.time.Instant.EPOCH, "127.0.0.1", what, "a", "b");
  }
}
