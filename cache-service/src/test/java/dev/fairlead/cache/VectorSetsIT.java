package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.scope;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss.Reason;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.ReportOutcomeRequest;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A cache whose vectors lie in Redis. Most of it needs Redis 8, see {@link RedisServerProcess}. */
class VectorSetsIT {

  private static final String KNOWN = "How do I boil an egg?";
  private static final String NEAR = "How can I boil an egg?";

  private static RedisServerProcess redis8() {
    Optional<RedisServerProcess> started = RedisServerProcess.startWithVectorSets();
    assumeTrue(started.isPresent(), "no Redis 8");
    return started.get();
  }

  private static CacheFixture replica(RedisServerProcess redis) {
    CacheFixture cache =
        CacheFixture.start(
            "cache: { vectors: redis, policy: threshold, store_timeout: 5s }\nredis: { url: '"
                + redis.url()
                + "' }");
    Awaitility.await()
        .until(() -> cache.miss(exact("probe", "probe")).getReason() == Reason.REASON_NOT_FOUND);
    return cache;
  }

  private static boolean findsNear(CacheFixture cache) {
    var answer = cache.lookup(semantic("acme", NEAR, 1, 0.1f, 0));
    return answer.hasHit() && answer.getHit().getKind() == CacheHit.Kind.KIND_SEMANTIC;
  }

  @Test
  void entry_isFoundByVector_onEveryReplica_andOnOneThatStartsLater() {
    try (RedisServerProcess redis = redis8();
        CacheFixture a = replica(redis);
        CacheFixture b = replica(redis)) {
      a.store(storing("acme", KNOWN, 1, 0, 0));
      assertThat(findsNear(a)).isTrue();
      assertThat(findsNear(b)).isTrue();
      assertThat(b.lookup(semantic("globex", NEAR, 1, 0.1f, 0)).hasHit()).isFalse();
      try (CacheFixture later = replica(redis)) {
        assertThat(findsNear(later)).isTrue();
        assertThat(later.stats().getVectors()).as("in this process").isZero();
      }
    }
  }

  @Test
  void flushedEntry_isFoundByVector_onNoReplica() {
    try (RedisServerProcess redis = redis8();
        CacheFixture a = replica(redis);
        CacheFixture b = replica(redis)) {
      a.store(storing("acme", KNOWN, 1, 0, 0));
      assertThat(findsNear(b)).isTrue();
      assertThat(a.flush(FlushRequest.newBuilder().setTenant("acme"))).isEqualTo(1);
      Awaitility.await().until(() -> !findsNear(a) && !findsNear(b));
      b.store(storing("acme", KNOWN, 1, 0, 0));
      Awaitility.await().until(() -> findsNear(a));
    }
  }

  @Test
  void entryRatedWrong_isFoundNoMore() {
    try (RedisServerProcess redis = redis8();
        CacheFixture a = replica(redis);
        CacheFixture b = replica(redis)) {
      String id = a.store(storing("acme", KNOWN, 1, 0, 0)).getEntryId();
      assertThat(findsNear(b)).isTrue();
      var unused =
          b.stub()
              .reportOutcome(
                  ReportOutcomeRequest.newBuilder()
                      .setRating(Rating.newBuilder().setScope(scope("acme")).setEntryId(id))
                      .build());
      Awaitility.await().until(() -> !findsNear(a) && !findsNear(b));
    }
  }

  @Test
  void lookups_miss_whileRedisIsAway_andFindAgain() {
    try (RedisServerProcess redis = redis8();
        CacheFixture cache =
            CacheFixture.start(
                "cache: { vectors: redis, policy: threshold, near_ttl: 1ms, breaker_open: 100ms }"
                    + "\nredis: { url: '"
                    + redis.url()
                    + "' }")) {
      Awaitility.await().until(() -> cache.stats().getStoreAvailable());
      Awaitility.await()
          .until(() -> !cache.store(storing("acme", KNOWN, 1, 0, 0)).getEntryId().isEmpty());
      Awaitility.await().until(() -> findsNear(cache));
      redis.suspend();
      assertThat(cache.miss(semantic("acme", NEAR, 1, 0.1f, 0)).getReason())
          .isEqualTo(Reason.REASON_STORE_UNAVAILABLE);
      redis.resume();
      Awaitility.await().until(() -> findsNear(cache));
    }
  }

  @Test
  void serverWithoutVectorSets_stillFindsExactly() {
    try (RedisServerProcess redis = RedisServerProcess.start()) {
      boolean old = redis.command("VCARD", "none").startsWith("-");
      assumeTrue(old, "this Redis has vector sets");
      try (CacheFixture cache = replica(redis)) {
        assertThat(cache.store(storing("acme", KNOWN, 1, 0, 0)).getEntryId()).isNotEmpty();
        assertThat(cache.lookup(exact("acme", KNOWN)).hasHit()).isTrue();
        assertThat(cache.miss(semantic("acme", NEAR, 1, 0.1f, 0)).getReason())
            .isEqualTo(Reason.REASON_NOT_FOUND);
      }
    }
  }

  @Test
  void vectorsInRedis_areRefused_withoutOne() {
    assertThatThrownBy(() -> CacheFixture.start("cache: { vectors: redis }"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cache.vectors: redis (expected: memory, or redis.url to be set)");
  }
}
