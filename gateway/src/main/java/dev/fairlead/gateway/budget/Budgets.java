package dev.fairlead.gateway.budget;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.Principal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds requests to the budgets of their key, team and tenant. Does not block; thread-safe.
 *
 * <p>What is spent can pass a budget only by what a request costs more than its reservation: a
 * prompt that is longer than a quarter above its estimate, tries that failed and were billed, a
 * vendor that ignores {@code max_tokens}, or a call whose gateway died and whose reservation then
 * expired. The number of requests at the same time does not matter.
 */
public final class Budgets {

  private static final Logger logger = LoggerFactory.getLogger(Budgets.class);
  private static final int SETTLE_TRIES = 5;
  private static final long SETTLE_PAUSE_MILLIS = 500;

  private final BudgetConfig config;
  private final BudgetStore store;
  private final Spending past;
  private final BudgetAlerts alerts;
  private final Executor blocking;
  private final InstantSource clock;
  private final MeterRegistry registry;
  private final Counter away;
  private final Set<String> seeded = ConcurrentHashMap.newKeySet();

  /**
   * Wires.
   *
   * @param blocking runs what asks the ledger
   */
  public Budgets(
      BudgetConfig config,
      BudgetStore store,
      Spending past,
      BudgetAlerts alerts,
      Executor blocking,
      InstantSource clock,
      MeterRegistry registry) {
    this.config = config;
    this.store = store;
    this.past = past;
    this.alerts = alerts;
    this.blocking = blocking;
    this.clock = clock;
    this.registry = registry;
    this.away =
        Counter.builder("llm.router.budget.unavailable")
            .description("Requests and settlements while budgets could not be known")
            .register(registry);
    // Known from the start: an increase from nothing to one is none to Prometheus.
    for (Owner.Kind level : Owner.Kind.values()) {
      for (Spender.Window window : Spender.Window.values()) {
        Counter ignored = refusals(level, window);
      }
    }
  }

  /** The configuration. */
  public BudgetConfig config() {
    return config;
  }

  /**
   * How spenders stand, in their order; whoever is asked for the first time is told to the store
   * from the ledger. Fails when it cannot be known.
   */
  public CompletionStage<List<BudgetStore.Standing>> standings(List<Spender> spenders) {
    List<Spender> fresh = spenders.stream().filter(one -> !seeded.contains(name(one))).toList();
    CompletionStage<Void> ready =
        fresh.isEmpty() ? CompletableFuture.completedStage(null) : seed(fresh);
    return ready.thenCompose(done -> {
      fresh.forEach(one -> seeded.add(name(one)));
      return store.standings(spenders);
    });
  }

  private static String name(Spender spender) {
    return spender.kind() + " " + spender.tenant() + " " + spender.id();
  }

  /** Those of a principal's owners who have a budget; empty for most requests. */
  public static List<Spender> spenders(Principal principal) {
    if (principal.keyQuota().spend().isNone()
        && principal.teamQuota().spend().isNone()
        && principal.tenantQuota().spend().isNone()) {
      return List.of();
    }
    List<Spender> spenders = new ArrayList<>(3);
    for (Owner owner : principal.owners()) {
      if (!owner.quota().spend().isNone()) {
        spenders.add(
            new Spender(principal.tenant(), owner.kind(), owner.id(), owner.quota().spend()));
      }
    }
    return spenders;
  }

  /**
   * A wish to hold money in one step with something else; nothing is held by it yet. Whoever cannot
   * tell what became of it settles it with 0.
   *
   * @param full most that the request can cost, nano-dollars
   */
  public Reservation wish(List<Spender> spenders, long full) {
    BudgetStore.Ask ask =
        new BudgetStore.Ask(freshId(), spenders, full, full, full, config.reservationTtl());
    return new Reservation(this, ask, full);
  }

  /**
   * Reserves.
   *
   * @param full most that the request can cost, nano-dollars
   * @param likely what it will hardly exceed
   * @param least below which no answer is worth having
   * @return null when nothing is held because budgets cannot be known and that is allowed; fails
   *     with a {@link dev.fairlead.common.failure.FailureException} when a budget is spent
   */
  public CompletionStage<@Nullable Reservation> reserve(
      List<Spender> spenders, long full, long likely, long least) {
    return reserve(freshId(), spenders, full, likely, least);
  }

  /** The same, for a request that holds something already, in place of it. */
  public CompletionStage<@Nullable Reservation> exchange(
      Reservation held, long full, long likely, long least) {
    return reserve(held.ask().id(), held.ask().spenders(), full, likely, least);
  }

  private CompletionStage<@Nullable Reservation> reserve(
      String id, List<Spender> spenders, long full, long likely, long least) {
    BudgetStore.Ask ask =
        new BudgetStore.Ask(id, spenders, full, likely, least, config.reservationTtl());
    return attempt(ask, true)
        .exceptionallyCompose(error -> {
          if (Failures.ofRequest(error)) {
            return CompletableFuture.failedStage(error);
          }
          away.increment();
          // Whether it was reserved is not known; if so, it is given back.
          settle(ask, 0);
          return config.whenAway() == BudgetConfig.WhenAway.SERVE
              ? CompletableFuture.completedStage(null)
              : CompletableFuture.failedStage(
                  new Failure.Overloaded("budgets cannot be checked at the moment", null)
                      .asException());
        });
  }

  /** Unique is enough: nobody else ever sees it. */
  private static String freshId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  private CompletionStage<@Nullable Reservation> attempt(BudgetStore.Ask ask, boolean maySeed) {
    return store
        .reserve(ask)
        .thenCompose(outcome ->
            switch (outcome) {
              case BudgetStore.Outcome.Granted granted ->
                  CompletableFuture.completedStage(new Reservation(this, ask, granted.nanoUsd()));
              case BudgetStore.Outcome.Refused refused ->
                  CompletableFuture.failedStage(refusal(ask, refused));
              case BudgetStore.Outcome.Unseeded unseeded ->
                  maySeed
                      ? seed(unseeded.spenders().stream().map(ask.spenders()::get).toList())
                          .thenCompose(done -> attempt(ask, false))
                      : CompletableFuture.failedStage(
                          new IllegalStateException("the store forgets what it was told"));
            });
  }

  /** The ledger may know what a store that has just begun does not. */
  private CompletionStage<Void> seed(List<Spender> unknown) {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    return CompletableFuture.supplyAsync(
            () ->
                unknown.stream()
                    .map(spender ->
                        new Seed(
                            spender,
                            past.of(spender.tenant(), spender.kind(), spender.id(), today)))
                    .toList(),
            blocking)
        .thenCompose(seeds ->
            CompletableFuture.allOf(
                seeds.stream()
                    .map(seed -> store.seed(seed.spender(), seed.spent()).toCompletableFuture())
                    .toArray(CompletableFuture[]::new)));
  }

  private record Seed(Spender spender, Spent spent) {}

  private Throwable refusal(BudgetStore.Ask ask, BudgetStore.Outcome.Refused refused) {
    Spender spender = ask.spenders().get(refused.spender());
    String level = spender.kind().name().toLowerCase(Locale.ROOT);
    String window = refused.window().name().toLowerCase(Locale.ROOT);
    refusals(spender.kind(), refused.window()).increment();
    return new Failure.BudgetExceeded(
            "the "
                + (refused.window() == Spender.Window.TOTAL ? "" : window + "'s ")
                + "budget of this "
                + level
                + " is used up: "
                + usd(refused.spent())
                + " spent"
                + (refused.reserved() > 0
                    ? " and " + usd(refused.reserved()) + " held for requests under way"
                    : "")
                + " of "
                + usd(refused.window().limit(spender.limits()))
                + " USD",
            Failure.BudgetExceeded.Kind.QUOTA)
        .asException();
  }

  private Counter refusals(Owner.Kind level, Spender.Window window) {
    return Counter.builder("llm.router.budget.refusals")
        .description("Requests that found a budget spent")
        .tag("level", level.name().toLowerCase(Locale.ROOT))
        .tag("window", window.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  private static String usd(long nanoUsd) {
    return dev.fairlead.gateway.routing.Usd.plain(nanoUsd);
  }

  void settle(BudgetStore.Ask ask, long spentNanoUsd) {
    settle(ask, spentNanoUsd, SETTLE_TRIES);
  }

  private void settle(BudgetStore.Ask ask, long spentNanoUsd, int tries) {
    store
        .settle(ask.id(), ask.spenders(), spentNanoUsd)
        .whenComplete((changes, error) -> {
          if (error == null) {
            tell(ask.spenders(), changes);
          } else if (tries > 1) {
            CompletableFuture.delayedExecutor(SETTLE_PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                .execute(() -> settle(ask, spentNanoUsd, tries - 1));
          } else {
            away.increment();
            if (spentNanoUsd > 0) {
              logger.warn(
                  "a request's cost of {} USD is in no budget: {}",
                  usd(spentNanoUsd),
                  error.getMessage());
            }
          }
        });
  }

  private void tell(List<Spender> spenders, List<BudgetStore.Change> changes) {
    for (int i = 0; i < spenders.size(); i++) {
      Spender spender = spenders.get(i);
      BudgetStore.Change change = changes.get(i);
      for (Spender.Window window : Spender.Window.values()) {
        long limit = window.limit(spender.limits());
        for (int percent : limit == 0 ? List.<Integer>of() : config.thresholds()) {
          long mark = limit / 100 * percent + Math.ceilDiv(limit % 100 * percent, 100);
          if (change.before().in(window) < mark && change.after().in(window) >= mark) {
            reached(spender, window, percent, change.after().in(window), limit);
          }
        }
      }
    }
  }

  private void reached(
      Spender spender, Spender.Window window, int percent, long spent, long limit) {
    Counter.builder("llm.router.budget.thresholds")
        .description("Budgets that were spent to a part")
        .tag("level", spender.kind().name().toLowerCase(Locale.ROOT))
        .tag("window", window.name().toLowerCase(Locale.ROOT))
        .tag("percent", Integer.toString(percent))
        .register(registry)
        .increment();
    alerts.reached(spender, window, percent, spent, limit);
  }
}
