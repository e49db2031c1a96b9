package dev.fairlead.gateway.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.SpendLimits;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.redis.RedisSettings;
import dev.fairlead.redis.RedisUrl;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisBudgetStoreIT extends BudgetStoreContract {

  private static RedisServerProcess redis;
  private static RedisLink link;

  @BeforeAll
  static void start() {
    redis = RedisServerProcess.start();
    link = redis.connect("test:");
  }

  @AfterAll
  static void stop() {
    link.close();
    redis.close();
  }

  @Override
  BudgetStore open() {
    return new RedisBudgetStore(link, 10_000);
  }

  private static Spender spender(String tenant) {
    return new Spender(tenant, Owner.Kind.KEY, "k", new SpendLimits(100, 0, 0));
  }

  private static BudgetStore.Ask ask(String id, long amount, Duration ttl, Spender spender) {
    return new BudgetStore.Ask(id, List.of(spender), amount, amount, amount, ttl);
  }

  @Test
  void orphanedReservation_isGivenBack_byTheServersTime() {
    Spender key = spender("orphans");
    BudgetStore store = open();
    done(store.seed(key, Spent.NOTHING));
    done(store.reserve(ask("r1", 100, Duration.ofMillis(300), key)));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            done(store.reserve(ask("r2", 100, TTL, key))) instanceof BudgetStore.Outcome.Granted);
    assertThat(done(store.standings(List.of(key))).getFirst().reserved()).isEqualTo(100);
  }

  @Test
  void wishThatArrivesAfterItsEnd_holdsNothing() {
    Spender key = spender("late");
    BudgetStore store = open();
    done(store.seed(key, Spent.NOTHING));
    done(store.settle("r1", List.of(key), 0));
    assertThat(done(store.reserve(ask("r1", 100, TTL, key))))
        .isEqualTo(new BudgetStore.Outcome.Granted(0));
    assertThat(done(store.standings(List.of(key))).getFirst().reserved()).isZero();
  }

  @Test
  void newDay_andNewMonth_beginByTheServersCalendar() {
    Spender key = spender("calendar");
    BudgetStore store = open();
    done(store.seed(key, new Spent(100, 100, 100)));
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    String hash = "test:budget:{calendar}:key:k";
    assertThat(redis.command("EVAL", "return redis.call('HGET', KEYS[1], 'month') + 0", "1", hash))
        .contains(Integer.toString(today.getYear() * 12 + today.getMonthValue()));
    redis.command("HSET", hash, "day", Long.toString(today.toEpochDay() - 1));
    assertThat(done(store.standings(List.of(key))).getFirst().spent())
        .isEqualTo(new Spent(0, 100, 100));
    redis.command("HSET", hash, "day", Long.toString(today.toEpochDay() - 40), "month", "24000");
    assertThat(done(store.standings(List.of(key))).getFirst().spent())
        .isEqualTo(new Spent(0, 0, 100));
  }

  @Test
  void everythingOfATenant_liesInOneSlot() {
    BudgetStore store = open();
    Spender key = spender("slots");
    Spender owner = new Spender("slots", Owner.Kind.TENANT, "slots", new SpendLimits(100, 0, 0));
    done(store.seed(key, Spent.NOTHING));
    done(store.seed(owner, Spent.NOTHING));
    done(store.reserve(new BudgetStore.Ask("r1", List.of(key, owner), 10, 10, 10, TTL)));
    assertThat(redis.command("EXISTS", "test:budget:{slots}:key:k:open")).contains("1");
    assertThat(redis.command("EXISTS", "test:budget:{slots}:tenant:slots:open")).contains("1");
  }

  @Test
  void call_fails_whileThereIsNoConnection() {
    try (RedisLink nowhere =
        RedisLink.open(
            new RedisSettings(
                RedisUrl.parse("redis://127.0.0.1:1"),
                1,
                1,
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                "test:"))) {
      BudgetStore store = new RedisBudgetStore(nowhere, 1000);
      assertThatThrownBy(
              () -> store.reserve(ask("r1", 1, TTL, spender("x"))).toCompletableFuture().join())
          .hasMessageContaining("not connected");
    }
  }
}
