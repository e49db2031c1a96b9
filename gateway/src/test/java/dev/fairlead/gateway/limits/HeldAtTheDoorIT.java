package dev.fairlead.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.budget.BudgetConfig;
import dev.fairlead.gateway.budget.BudgetStore;
import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.budget.RedisBudgetStore;
import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.budget.Spender;
import dev.fairlead.gateway.budget.Spent;
import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.keys.Quota;
import dev.fairlead.gateway.keys.RateLimits;
import dev.fairlead.gateway.keys.SpendLimits;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisMonitor;
import dev.fairlead.redis.RedisServerProcess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits and money in one step. */
class HeldAtTheDoorIT {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final long BUDGET = 3200;
  private static RedisServerProcess redis;
  private static RedisLink link;

  private final String tenant = UUID.randomUUID().toString();
  private BudgetStore books;
  private Budgets budgets;
  private RedisLimitStore limits;
  private RateLimiter limiter;

  @BeforeAll
  static void start() {
    redis = RedisServerProcess.start();
    link = redis.connect("test:");
  }

  @BeforeEach
  void open() {
    books = new RedisBudgetStore(link, 20_000);
    budgets =
        new Budgets(
            ConfigSource.parse("test", "", Map.of()).section("budgets", BudgetConfig.class),
            books,
            (of, kind, id, today) -> Spent.NOTHING,
            (spender, window, percent, spent, limit) -> {},
            Runnable::run,
            InstantSource.system(),
            new SimpleMeterRegistry());
    limits = new RedisLimitStore(link, Duration.ofHours(1), Duration.ofMinutes(10));
    limiter = new RateLimiter(limits);
  }

  @AfterAll
  static void stop() {
    link.close();
    redis.close();
  }

  private Principal principal(long requests) {
    Quota quota = new Quota(new RateLimits(requests, 0, 0), new SpendLimits(BUDGET, 0, 0));
    return new Principal(tenant, "", "k1", List.of(), Grants.ALL, quota, Quota.NONE, quota, null);
  }

  private List<Spender> known(Principal principal) {
    List<Spender> spenders = Budgets.spenders(principal);
    spenders.forEach(spender -> books.seed(spender, Spent.NOTHING).toCompletableFuture().join());
    return spenders;
  }

  private RateLimiter.Pass admit(Principal principal, long full) throws Exception {
    return limiter
        .admit(principal, 1, budgets.wish(Budgets.spenders(principal), full))
        .get(20, TimeUnit.SECONDS);
  }

  private static Reservation held(RateLimiter.Pass pass) {
    return Objects.requireNonNull(pass.takeHeld());
  }

  private List<BudgetStore.Standing> standings(List<Spender> spenders) {
    return books.standings(spenders).toCompletableFuture().join();
  }

  private void awaitReserved(List<Spender> spenders, long expected) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(standings(spenders)).allMatch(one -> one.reserved() == expected));
  }

  @Test
  void limitsAndMoneyOfAllLevels_areOneCommand() throws Exception {
    Principal principal = principal(10);
    List<Spender> spenders = known(principal);
    // Redis is told a script once; from then on its name is enough.
    admit(principal, 1).end(0);
    awaitReserved(spenders, 0);
    try (RedisMonitor monitor = RedisMonitor.of(redis)) {
      Reservation held = held(admit(principal, 200));
      assertThat(monitor.commands()).filteredOn(line -> line.contains(tenant)).hasSize(1);
      assertThat(standings(spenders)).allMatch(one -> one.reserved() == 200);
      held.settle(150);
    }
    awaitReserved(spenders, 0);
    assertThat(standings(spenders)).allMatch(one -> one.spent().day() == 150);
  }

  @Test
  void refusedRequest_holdsNothing() throws Exception {
    Principal principal = principal(1);
    List<Spender> spenders = known(principal);
    held(admit(principal, 10)).settle(10);
    awaitReserved(spenders, 0);
    assertThatThrownBy(() -> admit(principal, 10))
        .hasCauseInstanceOf(RateLimiter.LimitedException.class);
    assertThat(standings(spenders)).allMatch(one -> one.reserved() == 0);
  }

  @Test
  void scarceMoney_isNotHeld_butTheRequestIsLetIn() throws Exception {
    Principal principal = principal(100);
    List<Spender> spenders = known(principal);
    assertThat(admit(principal, BUDGET / 16 + 1).takeHeld()).isNull();
    long held = 0;
    for (RateLimiter.Pass pass = admit(principal, 100);
        pass.takeHeld() != null;
        pass = admit(principal, 100)) {
      held += 100;
    }
    // As long as not more is held than is left, half is there for those who know what they need.
    assertThat(held).isEqualTo(BUDGET / 2 + 100);
    assertThat(standings(spenders)).allMatch(one -> one.reserved() == BUDGET / 2 + 100);
  }

  @Test
  void unknownSpender_isLetIn_andHoldsNothing() throws Exception {
    assertThat(admit(principal(10), 1).takeHeld()).isNull();
  }

  @Test
  void moneyThatNobodyTook_isGivenBackAtTheEnd_onceHoweverOftenItEnds() throws Exception {
    Principal principal = principal(10);
    List<Spender> spenders = known(principal);
    RateLimiter.Pass pass = admit(principal, 100);
    awaitReserved(spenders, 100);
    pass.end(0);
    pass.end(0);
    assertThat(pass.takeHeld()).isNull();
    awaitReserved(spenders, 0);
    assertThat(standings(spenders)).allMatch(one -> one.spent().day() == 0);
  }

  @Test
  void tooLittle_isExchanged_inOneStep() throws Exception {
    Principal principal = principal(10);
    List<Spender> spenders = known(principal);
    Reservation held = held(admit(principal, 100));
    Reservation more =
        Objects.requireNonNull(
            budgets
                .exchange(held, BUDGET, BUDGET, BUDGET)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS));
    assertThat(more.nanoUsd()).isEqualTo(BUDGET);
    assertThat(standings(spenders)).allMatch(one -> one.reserved() == BUDGET);
    more.settle(7);
    awaitReserved(spenders, 0);
    assertThat(standings(spenders)).allMatch(one -> one.spent().day() == 7);
  }

  @Test
  void answerThatComesTooLate_holdsNothing() throws Exception {
    Principal principal = principal(10);
    List<Spender> spenders = known(principal);
    LimitStore late =
        new FallbackLimitStore(
            limits,
            new MemoryLimitStore(System::nanoTime, Duration.ofHours(1), 1),
            Duration.ofMillis(200),
            System::nanoTime);
    Reservation wish = budgets.wish(spenders, 100);
    redis.suspend();
    RateLimiter.Pass pass;
    try {
      pass = new RateLimiter(late).admit(principal, 1, wish).get(20, TimeUnit.SECONDS);
    } finally {
      redis.resume();
    }
    assertThat(pass.takeHeld()).isNull();
    String settled = "test:budget:{" + tenant + "}:key:k1:settled";
    await()
        .atMost(LONG)
        .until(() -> !redis.command("ZSCORE", settled, wish.ask().id()).equals("$-1"));
    awaitReserved(spenders, 0);
  }
}
