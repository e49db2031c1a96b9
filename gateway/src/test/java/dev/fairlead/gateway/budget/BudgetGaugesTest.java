package dev.fairlead.gateway.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.keys.ApiKey;
import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.gateway.keys.KeyBook;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.Quota;
import dev.fairlead.gateway.keys.RateLimits;
import dev.fairlead.gateway.keys.SharedQuota;
import dev.fairlead.gateway.keys.SpendLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BudgetGaugesTest {

  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MemoryBudgetStore store = new MemoryBudgetStore(() -> NOW);
  private final Budgets budgets =
      new Budgets(
          ConfigSource.parse("test", "budgets: {}", Map.of())
              .section("budgets", BudgetConfig.class),
          store,
          (tenant, kind, id, today) -> Spent.NOTHING,
          (spender, window, percent, spent, limit) -> {},
          Runnable::run,
          () -> NOW,
          registry);
  private KeyBook book = KeyBook.EMPTY;

  private static Quota spend(long day, long month, long total) {
    return new Quota(RateLimits.NONE, new SpendLimits(day, month, total));
  }

  private static ApiKey key(String id, Quota quota, @Nullable Instant revoked) {
    return new ApiKey(
        id,
        "",
        "acme",
        "",
        "hash" + id,
        "hint",
        "",
        null,
        NOW,
        null,
        revoked,
        Grants.ALL,
        List.of(),
        quota,
        null);
  }

  private void reserve(String id, Owner.Kind kind, Quota quota, long amount) {
    List<Spender> spenders = List.of(new Spender("acme", kind, id, quota.spend()));
    budgets.reserve(spenders, amount, amount, amount).toCompletableFuture().join();
  }

  private double gauge(String name, String level, String window) {
    return registry.get(name).tag("level", level).tag("window", window).gauge().value();
  }

  @Test
  void fullestBudget_isTold_byLevelAndWindow() {
    Quota small = spend(0, 0, 1000);
    Quota both = spend(100, 0, 10_000);
    BudgetGauges gauges = BudgetGauges.register(budgets, () -> book, () -> NOW, registry);
    assertThat(gauge("llm.router.budgets", "key", "total")).isZero();

    book =
        new KeyBook(
            List.of(
                key("a", small, null), key("b", both, null), key("c", small, NOW.minusSeconds(1))),
            List.of(new SharedQuota("acme", "", spend(0, 500, 0))));
    reserve("a", Owner.Kind.KEY, small, 250);
    reserve("b", Owner.Kind.KEY, both, 90);
    gauges.look();

    assertThat(gauge("llm.router.budgets", "key", "total")).isEqualTo(2);
    assertThat(gauge("llm.router.budgets", "tenant", "month")).isEqualTo(1);
    assertThat(gauge("llm.router.budget.used.ratio", "key", "total")).isEqualTo(0.25);
    assertThat(gauge("llm.router.budget.used.ratio", "key", "day")).isEqualTo(0.9);
    assertThat(gauge("llm.router.budget.used.ratio", "tenant", "month")).isZero();
  }

  @Test
  void k3_manyKeys_makeNoMoreSeries() {
    BudgetGauges gauges = BudgetGauges.register(budgets, () -> book, () -> NOW, registry);
    int series = registry.getMeters().size();

    book =
        new KeyBook(
            IntStream.range(0, 5000).mapToObj(i -> key("k" + i, spend(1, 1, 1), null)).toList(),
            List.of());
    gauges.look();

    assertThat(gauge("llm.router.budgets", "key", "day")).isEqualTo(2000);
    assertThat(registry.getMeters()).hasSize(series);
  }
}
