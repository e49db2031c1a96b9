package dev.fairlead.gateway.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.SpendLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BudgetsTest {

  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final Spender KEY =
      new Spender("acme", Owner.Kind.KEY, "k", new SpendLimits(0, 0, 1000));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<Integer> alerts = new ArrayList<>();
  private final MemoryBudgetStore memory = new MemoryBudgetStore(() -> NOW);

  private Budgets budgets(String yaml, BudgetStore store, Spending past) {
    BudgetConfig config =
        ConfigSource.parse("test", "budgets: {" + yaml + "}", Map.of())
            .section("budgets", BudgetConfig.class);
    return new Budgets(
        config,
        store,
        past,
        (spender, window, percent, spent, limit) -> alerts.add(percent),
        Runnable::run,
        () -> NOW,
        registry);
  }

  private Budgets budgets(Spending past) {
    return budgets("", memory, past);
  }

  private static @Nullable Reservation reserve(Budgets budgets, long amount) {
    return budgets.reserve(List.of(KEY), amount, amount, amount).toCompletableFuture().join();
  }

  private static Failure refusal(Budgets budgets, long amount) {
    try {
      reserve(budgets, amount);
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(FailureException.class);
      return FailureStatus.fromThrowable(e.getCause());
    }
    throw new AssertionError("granted");
  }

  @Test
  void past_isTakenFromTheLedger_once() {
    List<String> asked = new ArrayList<>();
    Budgets budgets =
        budgets((tenant, kind, id, today) -> {
          asked.add(tenant + " " + kind + " " + id + " " + today);
          return new Spent(0, 0, 900);
        });
    assertThat(refusal(budgets, 101).message())
        .isEqualTo("the budget of this key is used up: 0.0000009 spent of 0.000001 USD");
    Reservation held = reserve(budgets, 100);
    assertThat(held).isNotNull().extracting(Reservation::nanoUsd).isEqualTo(100L);
    assertThat(asked).containsExactly("acme KEY k 2026-11-20");
  }

  @Test
  void thresholds_areToldOnce() {
    Budgets budgets = budgets((tenant, kind, id, today) -> Spent.NOTHING);
    for (int i = 0; i < 10; i++) {
      Reservation held = reserve(budgets, 100);
      assertThat(held).isNotNull();
      held.settle(100);
      held.settle(100);
    }
    assertThat(alerts).containsExactly(50, 80, 100);
    assertThat(refusal(budgets, 1)).isInstanceOf(Failure.BudgetExceeded.class);
    assertThat(
            registry
                .counter("llm.router.budget.refusals", "level", "key", "window", "total")
                .count())
        .isEqualTo(1);
  }

  @Test
  void unknownPast_refuses_andIsAskedForAgain_untilItIsKnown() {
    boolean[] away = {true};
    Budgets budgets =
        budgets((tenant, kind, id, today) -> {
          if (away[0]) {
            throw new IllegalStateException("no ledger yet");
          }
          return new Spent(0, 0, 950);
        });
    for (int i = 0; i < 3; i++) {
      assertThat(refusal(budgets, 1)).isInstanceOf(Failure.Overloaded.class);
    }
    away[0] = false;
    assertThat(refusal(budgets, 51)).isInstanceOf(Failure.BudgetExceeded.class);
    assertThat(reserve(budgets, 50)).isNotNull();
  }

  @Test
  void storeThatIsAway_refuses_orServesWhenToldSo() {
    BudgetStore gone = new GoneStore();
    Spending none = (tenant, kind, id, today) -> Spent.NOTHING;
    assertThat(refusal(budgets("", gone, none), 1)).isInstanceOf(Failure.Overloaded.class);
    assertThat(reserve(budgets("when_away: serve", gone, none), 1)).isNull();
    assertThat(registry.counter("llm.router.budget.unavailable").count()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void wrongSettings_areRefused() {
    assertThatThrownBy(() -> budgets("thresholds: [0]", memory, (t, k, i, d) -> Spent.NOTHING))
        .hasMessageContaining("budgets.thresholds");
    assertThatThrownBy(() -> budgets("when_away: maybe", memory, (t, k, i, d) -> Spent.NOTHING))
        .hasMessageContaining("when_away");
  }

  /** A store that nobody can reach. */
  private static final class GoneStore implements BudgetStore {

    private static <T> CompletionStage<T> gone() {
      return CompletableFuture.failedStage(new IllegalStateException("away"));
    }

    @Override
    public CompletionStage<Outcome> reserve(Ask ask) {
      return gone();
    }

    @Override
    public CompletionStage<List<Change>> settle(
        String id, List<Spender> spenders, long spentNanoUsd) {
      return gone();
    }

    @Override
    public CompletionStage<Void> seed(Spender spender, Spent spent) {
      return gone();
    }

    @Override
    public CompletionStage<List<Standing>> standings(List<Spender> spenders) {
      return gone();
    }
  }
}
