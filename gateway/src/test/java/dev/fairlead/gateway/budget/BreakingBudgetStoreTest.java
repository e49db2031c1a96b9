package dev.fairlead.gateway.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.SpendLimits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BreakingBudgetStoreTest {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final Flaky flaky = new Flaky();
  private final BudgetStore store = new BreakingBudgetStore(flaky, nanos::get);
  private final Spender key =
      new Spender("acme", Owner.Kind.KEY, "k", new SpendLimits(1_000, 0, 0));

  private static final class Flaky implements BudgetStore {
    final BudgetStore sound = new MemoryBudgetStore(InstantSource.system());
    boolean away;
    int asked;

    @Override
    public CompletionStage<Outcome> reserve(Ask ask) {
      asked++;
      return away
          ? CompletableFuture.failedStage(new IllegalStateException("away"))
          : sound.reserve(ask);
    }

    @Override
    public CompletionStage<List<Change>> settle(String id, List<Spender> spenders, long spent) {
      return sound.settle(id, spenders, spent);
    }

    @Override
    public CompletionStage<Void> seed(Spender spender, Spent spent) {
      return sound.seed(spender, spent);
    }

    @Override
    public CompletionStage<List<Standing>> standings(List<Spender> spenders) {
      return sound.standings(spenders);
    }
  }

  private BudgetStore.Outcome reserve(String id) {
    return store
        .reserve(new BudgetStore.Ask(id, List.of(key), 10, 10, 10, Duration.ofMinutes(1)))
        .toCompletableFuture()
        .join();
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThatThrownBy(() -> reserve("failed")).hasMessageContaining("away");
    }
  }

  @Test
  void h1_storeThatFails_isLeftAloneForAMoment_thenAskedOnceMore() {
    store.seed(key, Spent.NOTHING);
    flaky.away = true;
    fail(BreakingBudgetStore.FAILURES + 20);
    assertThat(flaky.asked).isEqualTo(BreakingBudgetStore.FAILURES);
    nanos.addAndGet(BreakingBudgetStore.LEFT_ALONE.toNanos());
    fail(20);
    assertThat(flaky.asked).isEqualTo(BreakingBudgetStore.FAILURES + 1);
    flaky.away = false;
    fail(1);
    nanos.addAndGet(BreakingBudgetStore.LEFT_ALONE.toNanos());
    assertThat(reserve("r1")).isEqualTo(new BudgetStore.Outcome.Granted(10));
    assertThat(reserve("r2")).isEqualTo(new BudgetStore.Outcome.Granted(10));
  }

  @Test
  void slowAnswersNowAndThen_areNoOutage() {
    store.seed(key, Spent.NOTHING);
    for (int i = 0; i < 5; i++) {
      flaky.away = true;
      fail(BreakingBudgetStore.FAILURES - 1);
      flaky.away = false;
      assertThat(reserve("r" + i)).isInstanceOf(BudgetStore.Outcome.Granted.class);
    }
  }

  @Test
  void settlements_areToldWhileTheStoreIsLeftAlone() {
    store.seed(key, Spent.NOTHING);
    flaky.away = true;
    fail(BreakingBudgetStore.FAILURES);
    store.settle("r1", List.of(key), 7);
    assertThat(store.standings(List.of(key)).toCompletableFuture().join().getFirst().spent().day())
        .isEqualTo(7);
  }
}
