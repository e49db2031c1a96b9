package dev.fairlead.gateway.budget;

import dev.fairlead.gateway.keys.ApiKey;
import dev.fairlead.gateway.keys.KeyBook;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.SharedQuota;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How the budgets stand, by level and window: how many there are, and how much of the fullest one
 * is used. Names of keys, teams and tenants are no labels; page Keys of the console has them.
 */
public final class BudgetGauges {

  private static final Duration EVERY = Duration.ofSeconds(15);

  /** More are not looked at; the newest keys last. */
  private static final int MOST = 2000;

  private static final int LEVELS = Owner.Kind.values().length;
  private static final int WINDOWS = Spender.Window.values().length;

  private final Budgets budgets;
  private final Supplier<KeyBook> keys;
  private final InstantSource clock;
  private volatile Picture picture = Picture.EMPTY;

  /** What was seen at the last look. */
  private record Picture(int[][] count, double[][] fullest) {

    static final Picture EMPTY = new Picture(new int[LEVELS][WINDOWS], new double[LEVELS][WINDOWS]);
  }

  private BudgetGauges(Budgets budgets, Supplier<KeyBook> keys, InstantSource clock) {
    this.budgets = budgets;
    this.keys = keys;
    this.clock = clock;
  }

  /** Registers the gauges and looks from time to time, on {@code timer}, without blocking it. */
  public static void follow(
      Budgets budgets,
      Supplier<KeyBook> keys,
      InstantSource clock,
      MeterRegistry registry,
      ScheduledExecutorService timer) {
    BudgetGauges gauges = register(budgets, keys, clock, registry);
    timer.scheduleWithFixedDelay(
        gauges::look, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  static BudgetGauges register(
      Budgets budgets, Supplier<KeyBook> keys, InstantSource clock, MeterRegistry registry) {
    BudgetGauges gauges = new BudgetGauges(budgets, keys, clock);
    for (Owner.Kind level : Owner.Kind.values()) {
      for (Spender.Window window : Spender.Window.values()) {
        gauges.register(level, window, registry);
      }
    }
    return gauges;
  }

  private void register(Owner.Kind level, Spender.Window window, MeterRegistry registry) {
    int i = level.ordinal();
    int j = window.ordinal();
    String[] labels = {"level", lower(level), "window", lower(window)};
    Gauge.builder("llm.router.budgets", () -> picture.count()[i][j])
        .description("Budgets that there are")
        .tags(labels)
        .register(registry);
    Gauge.builder("llm.router.budget.used.ratio", () -> picture.fullest()[i][j])
        .description("Spent and held of the fullest budget; 1 is all of it")
        .tags(labels)
        .register(registry);
  }

  private static String lower(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT);
  }

  /** Looks now; what cannot be known leaves the picture as it was. */
  void look() {
    List<Spender> spenders = spenders(keys.get(), clock.instant());
    if (spenders.isEmpty()) {
      picture = Picture.EMPTY;
      return;
    }
    budgets
        .standings(spenders)
        .whenComplete((standings, error) -> {
          if (error == null) {
            picture = picture(spenders, standings);
          }
        });
  }

  private static Picture picture(List<Spender> spenders, List<BudgetStore.Standing> standings) {
    int[][] count = new int[LEVELS][WINDOWS];
    double[][] fullest = new double[LEVELS][WINDOWS];
    for (int k = 0; k < spenders.size(); k++) {
      Spender spender = spenders.get(k);
      int i = spender.kind().ordinal();
      for (Spender.Window window : Spender.Window.values()) {
        long limit = window.limit(spender.limits());
        if (limit > 0) {
          int j = window.ordinal();
          BudgetStore.Standing standing = standings.get(k);
          double used = (standing.spent().in(window) + standing.reserved()) / (double) limit;
          count[i][j]++;
          fullest[i][j] = Math.max(fullest[i][j], used);
        }
      }
    }
    return new Picture(count, fullest);
  }

  private static List<Spender> spenders(KeyBook book, Instant now) {
    List<Spender> found = new ArrayList<>();
    for (SharedQuota shared : book.quotas()) {
      boolean tenant = shared.team().isEmpty();
      found.add(
          new Spender(
              shared.tenant(),
              tenant ? Owner.Kind.TENANT : Owner.Kind.TEAM,
              tenant ? shared.tenant() : shared.tenant() + "/" + shared.team(),
              shared.quota().spend()));
    }
    for (ApiKey key : book.keys()) {
      if (key.activeAt(now)) {
        found.add(new Spender(key.tenant(), Owner.Kind.KEY, key.id(), key.quota().spend()));
      }
    }
    return found.stream().filter(one -> !one.limits().isNone()).limit(MOST).toList();
  }
}
