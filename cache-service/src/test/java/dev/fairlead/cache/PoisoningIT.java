package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.v1.CacheHit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One tenant tries to have its answer served to another. */
class PoisoningIT {

  private static final String QUESTION = "How do I reset my password?";

  private RedisServerProcess redis;
  private CacheFixture cache;

  @BeforeEach
  void start() {
    redis = RedisServerProcess.start();
    cache =
        CacheFixture.start(
            "cache: { policy: threshold, store_timeout: 1s, near_ttl: 1ms }\nredis: { url: '"
                + redis.url()
                + "' }");
    await().until(() -> cache.store(storing("acme", "warm-up")).getStored());
  }

  @AfterEach
  void stop() {
    cache.close();
    redis.close();
  }

  private String planted() {
    return cache
        .store(
            storing("mallory", QUESTION, 1, 0, 0)
                .setAnswer(TestEntries.answer("Send it to mallory@example.com"))
                .setWrittenBy("key-of-mallory"))
        .getEntryId();
  }

  private void assertUntouched() {
    assertThat(cache.lookup(exact("acme", QUESTION)).hasMiss()).isTrue();
    assertThat(cache.lookup(semantic("acme", QUESTION, 1, 0, 0)).hasMiss()).isTrue();
    assertThat(cache.lookup(semantic("acme", "How can I reset my password?", 1, 0, 0)).hasMiss())
        .isTrue();
  }

  @Test
  void entry_isNotServedToAnotherTenant_whenFingerprintTextAndVectorAreTheSame() {
    planted();
    assertThat(cache.lookup(exact("mallory", QUESTION)).hasHit()).isTrue();
    assertUntouched();
  }

  @Test
  void entry_isRemoved_whenItsValueLiesUnderAnotherTenantsKey() {
    String mallorys = planted();
    String acmes = cache.store(storing("acme", QUESTION, 1, 0, 0)).getEntryId();
    assertThat(acmes).isNotEqualTo(mallorys);
    assertThat(redis.command("COPY", key(mallorys), key(acmes), "REPLACE")).isEqualTo(":1");
    await().untilAsserted(this::assertUntouched);
    await().until(() -> redis.command("EXISTS", key(acmes)).equals(":0"));
    assertThat(cache.meters.get("llm.router.cache.store.unreadable").functionCounter().count())
        .isPositive();
    assertThat(cache.lookup(exact("mallory", QUESTION)).getHit().getKind())
        .isEqualTo(CacheHit.Kind.KIND_EXACT);
  }

  private static String key(String id) {
    return "fairlead:cache:e:{" + id + "}";
  }

  @Test
  void lease_ofAnotherTenant_freesNothing_andItsAnswerIsNotShared() {
    String lease = cache.miss(exact("acme", QUESTION).setAcquireLease(true)).getLease().getId();
    assertThat(lease).isNotEmpty();
    cache.store(storing("mallory", QUESTION).setLeaseId(lease));
    cache.abandon("mallory", QUESTION, lease);
    assertThat(cache.miss(exact("acme", QUESTION).setAcquireLease(true)).hasLease()).isFalse();
  }
}
