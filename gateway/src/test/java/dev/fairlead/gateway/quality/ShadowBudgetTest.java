package dev.fairlead.gateway.quality;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.state.MemoryStateStore;
import dev.fairlead.gateway.state.SharedState;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ShadowBudgetTest {

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-21T23:00:00Z"));
  private final MemoryStateStore store = new MemoryStateStore();
  private final ShadowBudget one = new ShadowBudget(new SharedState(store), 1e-6, now::get);
  private final ShadowBudget other = new ShadowBudget(new SharedState(store), 1e-6, now::get);

  @Test
  void replicas_takeFromOneBudget_andGiveBackWhatWasTooMuch() {
    assertThat(one.take(600)).isTrue();
    assertThat(other.take(600)).isFalse();
    one.correct(-300);
    assertThat(other.take(600)).isTrue();
    assertThat(one.take(101)).isFalse();
    assertThat(one.take(100)).isTrue();
  }

  @Test
  void nextDay_beginsAnew() {
    assertThat(one.take(1000)).isTrue();
    assertThat(one.take(1)).isFalse();
    now.set(now.get().plus(Duration.ofHours(2)));
    assertThat(one.take(1000)).isTrue();
  }
}
