package dev.fairlead.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.TestEntries;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.CacheStoreContract;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.LeaseStore;
import dev.fairlead.cache.store.LeaseStore.Attempt;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.redis.RedisSettings;
import dev.fairlead.redis.RedisUrl;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisEntryStoreIT extends CacheStoreContract {

  private final AtomicInteger unreadable = new AtomicInteger();
  private RedisServerProcess redis;
  private RedisLink link;
  private RedisEntryStore store;

  /** Of Redis. */
  int protocol() {
    return 2;
  }

  @BeforeAll
  void startRedis() {
    redis = RedisServerProcess.start();
    link =
        RedisLink.open(
            new RedisSettings(
                RedisUrl.parse(redis.url()),
                2,
                4,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                protocol(),
                "test",
                null));
    Awaitility.await().until(link::connected);
  }

  @AfterAll
  void stopRedis() {
    link.close();
    redis.close();
  }

  @BeforeEach
  void emptyStore() {
    redis.command("FLUSHALL");
    unreadable.set(0);
    store =
        new RedisEntryStore(
            link,
            MAX_ENTRIES,
            STALE_FOR,
            InstantSource.system(),
            new RedisEntryStore.Listener() {
              @Override
              public void unreadable() {
                unreadable.incrementAndGet();
              }
            });
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Override
  protected EntryStore store() {
    return store;
  }

  @Override
  protected LeaseStore leases() {
    return new RedisLeases(link, STALE_FOR);
  }

  @Override
  protected Instant now() {
    return Instant.now();
  }

  @Override
  protected void pass(Duration time) {
    Instant end = Instant.now().plus(time);
    Awaitility.await().until(() -> Instant.now().isAfter(end));
  }

  private CacheEntry stored() throws Exception {
    CacheEntry entry =
        TestEntries.entry(TestEntries.scope("acme"), "text", now(), Duration.ofMinutes(1));
    store.put(entry).get(5, TimeUnit.SECONDS);
    return entry;
  }

  private void assertMissAndRemoved(CacheEntry entry) throws Exception {
    assertThat(store.find(entry.id()).get(5, TimeUnit.SECONDS)).isEmpty();
    assertThat(unreadable).hasValue(1);
    Awaitility.await()
        .untilAsserted(() ->
            assertThat(redis.command("EXISTS", RedisKeys.of(link).entry(entry.id())))
                .isEqualTo(":0"));
  }

  @Test
  void find_removesTheValue_whenItIsOfAnotherType() throws Exception {
    CacheEntry entry = stored();
    redis.command("DEL", RedisKeys.of(link).entry(entry.id()));
    redis.command("LPUSH", RedisKeys.of(link).entry(entry.id()), "x");
    assertMissAndRemoved(entry);
  }

  @Test
  void find_removesTheValue_whenItIsCorrupt() throws Exception {
    CacheEntry entry = stored();
    redis.command("SETRANGE", RedisKeys.of(link).entry(entry.id()), "40", "garbage");
    assertMissAndRemoved(entry);
  }

  @Test
  void find_removesTheValue_whenItsSchemaIsUnknown() throws Exception {
    CacheEntry entry = stored();
    redis.command("SETRANGE", RedisKeys.of(link).entry(entry.id()), "4", "\u0009");
    assertMissAndRemoved(entry);
  }

  @Test
  void find_removesTheValue_whenItIsAnotherEntrys() throws Exception {
    CacheEntry entry = stored();
    CacheEntry other =
        TestEntries.entry(TestEntries.scope("globex"), "other", now(), Duration.ofMinutes(1));
    redis.command(
        "RENAME", RedisKeys.of(link).entry(entry.id()), RedisKeys.of(link).entry(other.id()));
    assertMissAndRemoved(other);
  }

  @Test
  void keys_doNotShowTenantOrText() throws Exception {
    CacheEntry entry = stored();
    assertThat(RedisKeys.of(link).entry(entry.id())).doesNotContain("acme").doesNotContain("text");
    assertThat(redis.command("EXISTS", RedisKeys.of(link).entry(entry.id()))).isEqualTo(":1");
    assertThat(redis.command("PTTL", RedisKeys.of(link).entry(entry.id()))).doesNotContain("-");
  }

  @Test
  void lease_isHeldByOne_untilReleasedOrExpired() throws Exception {
    LeaseStore leases = leases();
    assertThat(acquire(leases, "a", Duration.ofSeconds(30))).isInstanceOf(Attempt.Granted.class);
    assertThat(acquire(leases, "b", Duration.ofSeconds(30)))
        .isInstanceOf(Attempt.HeldElsewhere.class);
    assertThat(leases.release("id", "b").get(5, TimeUnit.SECONDS)).isFalse();
    assertThat(leases.release("id", "a").get(5, TimeUnit.SECONDS)).isTrue();
    assertThat(acquire(leases, "b", Duration.ofMillis(100))).isInstanceOf(Attempt.Granted.class);
    Awaitility.await()
        .untilAsserted(() ->
            assertThat(acquire(leases, "c", Duration.ofSeconds(30)))
                .isInstanceOf(Attempt.Granted.class));
  }

  private static Attempt acquire(LeaseStore leases, String leaseId, Duration ttl) throws Exception {
    return leases.tryAcquire("id", leaseId, ttl, Duration.ZERO).get(5, TimeUnit.SECONDS);
  }

  @Test
  void lease_isTakenOver_whenItsKeyHasNoExpiry() throws Exception {
    redis.command("LPUSH", RedisKeys.of(link).lease("id"), "foreign");
    assertThat(acquire(leases(), "a", Duration.ofSeconds(1))).isInstanceOf(Attempt.Granted.class);
  }

  @Test
  void counters_addUpOverReplicas_evenOverAForeignType() throws Exception {
    redis.command("SET", RedisKeys.of(link).counters(), "foreign");
    RedisCounters counters = new RedisCounters(link);
    counters.add(java.util.Map.of("hits", 2L)).get(5, TimeUnit.SECONDS);
    assertThat(counters.add(java.util.Map.of("hits", 3L, "misses", 1L)).get(5, TimeUnit.SECONDS))
        .containsEntry("hits", 5L)
        .containsEntry("misses", 1L);
  }
}
