package dev.fairlead.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisLimitStoreIT extends LimitStoreContract {

  private static final Duration WINDOW = Duration.ofSeconds(12);
  private static RedisServerProcess redis;
  private static RedisLink link;

  @BeforeAll
  static void start() {
    redis = RedisServerProcess.start();
    link = redis.connect("test");
  }

  @AfterAll
  static void stop() {
    link.close();
    redis.close();
  }

  @Override
  LimitStore store() {
    return new RedisLimitStore(link, WINDOW, Duration.ofMinutes(1));
  }

  /** By Redis' clock, which a test cannot set: what has happened is dated back instead. */
  @Override
  void passWindow() {
    shift(-(LimitStore.PARTS + 1));
  }

  private void shift(long ticks) {
    String script =
        """
        for _, key in ipairs(redis.call('keys', ARGV[1])) do
          if redis.call('type', key).ok == 'hash' then
            local flat = redis.call('hgetall', key)
            redis.call('del', key)
            for i = 1, #flat, 2 do
              redis.call('hset', key, string.format('%d', flat[i] + ARGV[2]), flat[i + 1])
            end
          end
        end
        """;
    redis.command("EVAL", script, "0", "test:limits:{" + name + "}*", Long.toString(ticks));
  }

  @Override
  Duration longest() {
    return WINDOW.multipliedBy(LimitStore.PARTS + 1).dividedBy(LimitStore.PARTS);
  }

  @Test
  void clockThatWasSetBackALittle_doesNotGiveTheLimitTwice() throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 1, 0, 0);
    assertThat(admit(demand(0, owner)).refused()).isNull();
    shift(20);
    assertThat(refusal(admit(demand(0, owner))).retryAfter()).isPositive();
  }

  @Test
  void clockThatWasSetBackFar_locksNobodyOut() throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 1, 0, 0);
    assertThat(admit(demand(0, owner)).refused()).isNull();
    shift(1_000_000);
    assertThat(refusal(admit(demand(0, owner))).retryAfter())
        .isBetween(Duration.ofMillis(1), longest());
  }

  @Test
  void foreignKeys_areReplaced() throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 2, 100, 2);
    for (String part : new String[] {"requests", "tokens", "permits"}) {
      redis.command("SET", "test:limits:{" + name + "}:key:" + owner.id() + ":" + part, "x");
    }
    LimitDecision decision = admit(demand(10, owner));
    assertThat(decision.refused()).isNull();
    assertThat(left(decision.status().requests())).isEqualTo(1);
    assertThat(left(decision.status().tokens())).isEqualTo(90);
  }

  @Test
  void orphanedPermit_endsByItself() throws Exception {
    LimitStore shortLived = new RedisLimitStore(link, WINDOW, Duration.ofSeconds(1));
    Owner owner = owner(Owner.Kind.KEY, 0, 0, 1);
    assertThat(shortLived.admit(demand(0, owner)).get().refused()).isNull();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> shortLived.admit(demand(0, owner)).get().refused() == null);
  }

  @Test
  void limit_holdsOverARestart_ofARedisThatKeepsWhatItHas(@TempDir Path folder) throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 10, 0, 0);
    try (RedisServerProcess own = RedisServerProcess.startPersistent(folder);
        RedisLink kept = own.connect("test")) {
      LimitStore store = new RedisLimitStore(kept, Duration.ofHours(1), Duration.ofMinutes(1));
      for (int i = 0; i < 7; i++) {
        assertThat(store.admit(demand(0, owner)).get().refused()).isNull();
      }
      assertThat(own.command("SAVE")).startsWith("+OK");
      own.kill();
      own.restart();
      AtomicInteger passed = new AtomicInteger();
      Callable<Boolean> asked =
          () -> {
            boolean refused = store.admit(demand(0, owner)).get().refused() != null;
            passed.addAndGet(refused ? 0 : 1);
            return true;
          };
      await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(asked);
      for (int i = 0; i < 10; i++) {
        assertThat(asked.call()).isTrue();
      }
      assertThat(passed.get()).isBetween(1, 3);
    }
  }

  @Test
  void withoutRedis_theLocalShareHolds_thenTheSharedLimitAgain() throws Exception {
    try (RedisServerProcess own = RedisServerProcess.start();
        RedisLink away = own.connect("test")) {
      LimitStore redisStore = new RedisLimitStore(away, WINDOW, Duration.ofMinutes(1));
      LimitStore local = new MemoryLimitStore(System::nanoTime, Duration.ofHours(1), 0.5);
      LimitStore fallback =
          new FallbackLimitStore(redisStore, local, Duration.ofSeconds(2), System::nanoTime);
      LimitStore closed =
          new FallbackLimitStore(redisStore, null, Duration.ofSeconds(2), System::nanoTime);
      Owner owner = owner(Owner.Kind.KEY, 10, 0, 0);
      assertThat(fallback.admit(demand(0, owner)).get().store()).isSameAs(redisStore);
      own.kill();
      int passed = 0;
      for (int i = 0; i < 10; i++) {
        LimitDecision decision = fallback.admit(demand(0, owner)).get();
        assertThat(decision.store()).isSameAs(local);
        passed += decision.refused() == null ? 1 : 0;
      }
      assertThat(passed).isEqualTo(5);
      assertThatThrownBy(() -> closed.admit(demand(0, owner)).get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(FailureException.class);
      own.restart();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> fallback.admit(demand(0, owner)).get().store() == redisStore);
    }
  }
}
