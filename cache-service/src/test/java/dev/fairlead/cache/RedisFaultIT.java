package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.LookupResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to Redis is a miss inside the time-box, and ends by itself. */
class RedisFaultIT {

  private static final Duration RECOVERY = Duration.ofSeconds(30);

  /** The time-box with room for a busy machine; a lookup makes at most two calls inside it. */
  private static final long AT_MOST_MILLIS = 1000;

  private RedisServerProcess redis;
  private CacheFixture cache;

  @BeforeEach
  void start() {
    redis = RedisServerProcess.start();
    cache = node("");
    awaitKept("warm-up");
  }

  @AfterEach
  void stop() {
    cache.close();
    redis.close();
  }

  private CacheFixture node(String more) {
    return CacheFixture.start(
        "cache: { policy: threshold, store_timeout: 100ms, breaker_open: 300ms, near_ttl: 1ms"
            + more
            + " }\nredis: { url: '"
            + redis.url()
            + "', command_timeout: 500ms }");
  }

  private void awaitKept(String text) {
    Awaitility.await()
        .atMost(RECOVERY)
        .untilAsserted(() -> {
          assertThat(cache.store(storing("acme", text, 1, 0, 0)).getStored()).isTrue();
          assertThat(cache.lookup(exact("acme", text)).hasHit()).isTrue();
        });
  }

  /** Looks up many times, so that the breaker opens on the way. */
  private void assertMissesInTime() {
    for (int i = 0; i < 30; i++) {
      long start = System.nanoTime();
      LookupResponse response =
          cache.lookup(exact("acme", "never stored " + i).setAcquireLease(true));
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertThat(response.getMiss().getReason())
          .isEqualTo(CacheMiss.Reason.REASON_STORE_UNAVAILABLE);
      assertThat(response.getMiss().hasLease())
          .as("single-flight goes on inside the process")
          .isTrue();
      assertThat(millis).isLessThan(AT_MOST_MILLIS);
    }
    long start = System.nanoTime();
    cache.lookup(exact("acme", "never stored"));
    assertThat((System.nanoTime() - start) / 1_000_000).as("breaker open").isLessThan(90);
    assertThat(cache.stats().getStoreAvailable()).isFalse();
    assertThat(cache.stats().getStoreFailures()).isPositive();
  }

  @Test
  void lookups_missInTime_andRecover_whenRedisIsKilled() {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    redis.kill();
    assertMissesInTime();
    redis.restart();
    awaitKept("after the kill");
    assertThat(cache.stats().getStoreAvailable()).isTrue();
  }

  @Test
  void lookups_missInTime_andRecover_whenRedisHangs() {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    redis.suspend();
    try {
      assertMissesInTime();
    } finally {
      redis.resume();
    }
    awaitKept("after the hang");
  }

  @Test
  void lookups_missInTime_andRecover_whenRedisIsSlow() {
    redis.command("CLIENT", "PAUSE", "3000", "ALL");
    assertMissesInTime();
    awaitKept("after the pause");
  }

  @Test
  void stats_areThisReplicasOwn_whenRedisHangs() {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    redis.suspend();
    try {
      long start = System.nanoTime();
      assertThat(cache.stats().getStores()).isPositive();
      assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(AT_MOST_MILLIS);
    } finally {
      redis.resume();
    }
  }

  @Test
  void storing_isNoError_whenRedisRefusesWrites() {
    redis.command("CONFIG", "SET", "maxmemory", "1");
    assertThat(cache.store(storing("acme", "hello")).getReason()).isEqualTo("store_unavailable");
    redis.command("CONFIG", "SET", "maxmemory", "0");
    awaitKept("after the refusal");
  }

  @Test
  void storing_isNoError_whenRedisIsReadOnly() {
    redis.command("REPLICAOF", "127.0.0.1", "1");
    assertThat(cache.store(storing("acme", "hello")).getReason()).isEqualTo("store_unavailable");
    redis.command("REPLICAOF", "NO", "ONE");
    awaitKept("after the fail-over");
  }

  @Test
  void lookups_missInTime_andRecover_whenRedisAnswersWithErrorsOnly() {
    redis.command("CONFIG", "SET", "replica-serve-stale-data", "no");
    redis.command("REPLICAOF", "127.0.0.1", "1");
    assertMissesInTime();
    redis.command("REPLICAOF", "NO", "ONE");
    awaitKept("after the errors");
  }

  @Test
  void lookups_missInTime_andRecover_whileRedisLoads(@TempDir Path directory) {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    cache.close();
    redis.close();
    redis = RedisServerProcess.startPersistent(directory);
    cache = node("");
    awaitKept("before the loading");
    redis.command("EVAL", "for i = 1, 4000 do redis.call('set', 'filler' .. i, 'x') end", "0");
    assertThat(redis.command("SAVE")).isEqualTo("+OK");
    redis.kill();
    redis.restartLoading(2000);
    assertMissesInTime();
    awaitKept("after the loading");
    assertThat(cache.lookup(exact("acme", "before the loading")).hasHit()).isTrue();
  }

  @Test
  void followers_getTheAnswer_whenRedisIsAway() throws Exception {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    redis.kill();
    String lease = cache.miss(exact("acme", "shared").setAcquireLease(true)).getLease().getId();
    var follower =
        cache
            .futures()
            .lookup(
                exact("acme", "shared")
                    .setAcquireLease(true)
                    .setWaitForLeader(CacheFixture.seconds(10))
                    .build());
    Awaitility.await()
        .until(() -> cache.meters.get("llm.router.cache.waiting").gauge().value() == 1);
    assertThat(cache.store(storing("acme", "shared").setLeaseId(lease)).getStored()).isFalse();
    assertThat(follower.get().hasHit()).isTrue();
  }

  @Test
  void flush_saysSo_whenRedisIsAway() {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    redis.kill();
    assertThatThrownBy(() -> cache.flush(FlushRequest.newBuilder()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error -> assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void lookup_misses_andForgetsTheVectors_whenRedisWasEmptied() {
    cache.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    redis.command("FLUSHALL");
    Awaitility.await()
        .atMost(RECOVERY)
        .untilAsserted(() -> {
          assertThat(cache.lookup(semantic("acme", "How can I boil an egg?", 1, 0, 0)).hasMiss())
              .isTrue();
          assertThat(cache.stats().getVectors()).isZero();
        });
    awaitKept("after the flush");
  }

  @Test
  void service_startsWithoutRedis_andFindsItLater() {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    redis.kill();
    try (CacheFixture early = node("")) {
      assertThat(early.miss(exact("acme", "x")).getReason())
          .isEqualTo(CacheMiss.Reason.REASON_STORE_UNAVAILABLE);
      redis.restart();
      Awaitility.await()
          .atMost(RECOVERY)
          .until(() -> early.store(storing("acme", "x")).getStored());
      assertThat(early.lookup(exact("acme", "x")).hasHit()).isTrue();
    }
  }

  @Test
  void foreignTypes_underOurNames_areNoObstacle() {
    for (String key :
        new String[] {"fairlead:cache:feed", "fairlead:cache:counters", "fairlead:cache:tenants"}) {
      redis.command("DEL", key);
      redis.command("SETBIT", key, "1", "1");
    }
    awaitKept("over foreign types");
    try (CacheFixture second = node(", stats_interval: 50ms")) {
      cache.store(storing("acme", "told to the second", 0, 1, 0));
      Awaitility.await().atMost(RECOVERY).until(() -> second.stats().getVectors() >= 2);
    }
  }
}
