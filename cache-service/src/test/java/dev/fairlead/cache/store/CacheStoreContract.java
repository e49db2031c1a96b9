package dev.fairlead.cache.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.TestEntries;
import dev.fairlead.cache.store.LeaseStore.Attempt;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What every entry store must do. */
public abstract class CacheStoreContract {

  /** Most entries the store under test keeps. */
  protected static final int MAX_ENTRIES = 100;

  /** How long the store under test keeps what has expired. */
  protected static final Duration STALE_FOR = Duration.ofMillis(400);

  private static final Duration TTL = Duration.ofMinutes(5);

  /** The store under test, empty. */
  protected abstract EntryStore store();

  /** Leases that know what is in the store under test. */
  protected abstract LeaseStore leases();

  /** The store's time. */
  protected abstract Instant now();

  /** Lets time pass, by moving a clock or by waiting. */
  protected abstract void pass(Duration time);

  private CacheEntry put(CacheEntry entry) throws Exception {
    store().put(entry).get(5, TimeUnit.SECONDS);
    return entry;
  }

  private CacheEntry put(String tenant, String text, String... tags) throws Exception {
    return put(TestEntries.entry(TestEntries.scope(tenant), text, time(), TTL, tags));
  }

  private Instant time() {
    return now().truncatedTo(ChronoUnit.MILLIS);
  }

  private boolean has(CacheEntry entry) throws Exception {
    return store().find(entry.id()).get(5, TimeUnit.SECONDS).isPresent();
  }

  @Test
  void find_returnsWhatWasPut() throws Exception {
    CacheEntry entry = put("acme", "hello", "a", "b");
    CacheEntry found = store().find(entry.id()).get(5, TimeUnit.SECONDS).orElseThrow();
    assertThat(found).isEqualTo(entry);
  }

  @Test
  void find_isEmpty_whenNothingWasPut() throws Exception {
    assertThat(store().find("0".repeat(64)).get(5, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void put_replacesTheEntryOfTheSameId() throws Exception {
    CacheEntry first = put("acme", "hello");
    CacheEntry second =
        TestEntries.entry(TestEntries.scope("acme"), "hello", time().plusMillis(1), TTL, "new");
    put(second);
    assertThat(store().find(first.id()).get(5, TimeUnit.SECONDS).orElseThrow().tags())
        .containsExactly("new");
  }

  @Test
  void remove_forgets_andSaysWhetherItWasThere() throws Exception {
    CacheEntry entry = put("acme", "hello");
    assertThat(store().remove(entry.id()).get(5, TimeUnit.SECONDS)).isTrue();
    assertThat(has(entry)).isFalse();
    assertThat(store().remove(entry.id()).get(5, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void entry_isGone_whenItsTimeIsOver() throws Exception {
    CacheEntry entry =
        put(TestEntries.entry(TestEntries.scope("acme"), "short", time(), Duration.ofMillis(300)));
    assertThat(has(entry)).isTrue();
    pass(Duration.ofMillis(301).plus(STALE_FOR));
    assertThat(has(entry)).isFalse();
  }

  @Test
  void entry_isFoundButNotListed_whileItIsStale() throws Exception {
    CacheEntry entry =
        put(TestEntries.entry(TestEntries.scope("acme"), "short", time(), Duration.ofMillis(100)));
    pass(Duration.ofMillis(101));
    CacheEntry found = store().find(entry.id()).get(5, TimeUnit.SECONDS).orElseThrow();
    assertThat(found.expired(now())).isTrue();
    List<String> listed = new ArrayList<>();
    store().forEach(each -> listed.add(each.id())).get(5, TimeUnit.SECONDS);
    assertThat(listed).isEmpty();
    assertThat(flush(new FlushFilter("acme", null, null, now()))).isEqualTo(1);
    assertThat(has(entry)).isFalse();
  }

  @Test
  void put_givesANewLife_whenTheEntryIsThere() throws Exception {
    put(TestEntries.entry(TestEntries.scope("acme"), "again", time(), Duration.ofMillis(100)));
    CacheEntry second =
        put(TestEntries.entry(TestEntries.scope("acme"), "again", time(), Duration.ofMinutes(1)));
    pass(STALE_FOR.plusMillis(101));
    assertThat(store().find(second.id()).get(5, TimeUnit.SECONDS)).contains(second);
  }

  @Test
  void put_isFoundAndRemoved_whenAnExpiredEntryWasStillThere() throws Exception {
    put(TestEntries.entry(TestEntries.scope("acme"), "again", time(), Duration.ofMillis(100)));
    pass(STALE_FOR.plusMillis(101));
    CacheEntry second = put("acme", "again");
    assertThat(store().find(second.id()).get(5, TimeUnit.SECONDS)).contains(second);
    assertThat(attempt(second, Duration.ZERO)).isEqualTo(new Attempt.AlreadyStored());
    assertThat(store().remove(second.id()).get(5, TimeUnit.SECONDS)).isTrue();
    assertThat(has(second)).isFalse();
  }

  @Test
  void lease_isNeedless_onlyWhenTheEntryLastsLongEnough() throws Exception {
    CacheEntry entry = put("acme", "hello");
    assertThat(attempt(entry, Duration.ZERO)).isEqualTo(new Attempt.AlreadyStored());
    assertThat(attempt(entry, TTL.minusSeconds(5))).isEqualTo(new Attempt.AlreadyStored());
    assertThat(attempt(entry, TTL.plusMillis(1))).isEqualTo(new Attempt.Granted());
    CacheEntry other = put("acme", "other");
    assertThat(attempt(other, LeaseStore.NOTHING_IS_ENOUGH)).isEqualTo(new Attempt.Granted());
    assertThat(attempt(other, LeaseStore.NOTHING_IS_ENOUGH))
        .isInstanceOf(Attempt.HeldElsewhere.class);
  }

  @Test
  void lease_isGranted_whenTheEntryIsStale() throws Exception {
    CacheEntry entry =
        put(TestEntries.entry(TestEntries.scope("acme"), "short", time(), Duration.ofMillis(100)));
    pass(Duration.ofMillis(110));
    assertThat(attempt(entry, Duration.ZERO)).isEqualTo(new Attempt.Granted());
  }

  @Test
  void lease_isGrantedAnew_toItsHolderOnly() throws Exception {
    String id = "1".repeat(64);
    assertThat(attempt(id, "a", Duration.ofSeconds(20))).isEqualTo(new Attempt.Granted());
    assertThat(attempt(id, "a", Duration.ofSeconds(60))).isEqualTo(new Attempt.Granted());
    assertThat(attempt(id, "b", Duration.ofSeconds(60)))
        .isInstanceOfSatisfying(
            Attempt.HeldElsewhere.class,
            held -> assertThat(held.remaining()).isGreaterThan(Duration.ofSeconds(30)));
    assertThat(leases().release(id, "b").get(5, TimeUnit.SECONDS)).isFalse();
    assertThat(leases().release(id, "a").get(5, TimeUnit.SECONDS)).isTrue();
    assertThat(leases().release(id, "a").get(5, TimeUnit.SECONDS)).isFalse();
    assertThat(attempt(id, "b", Duration.ofSeconds(60))).isEqualTo(new Attempt.Granted());
  }

  @Test
  void lease_isNotGrantedAnew_whenTheAnswerWasStoredSince() throws Exception {
    CacheEntry entry = TestEntries.entry(TestEntries.scope("acme"), "made meanwhile", time(), TTL);
    assertThat(attempt(entry.id(), "a", Duration.ofSeconds(20))).isEqualTo(new Attempt.Granted());
    put(entry);
    assertThat(attempt(entry.id(), "a", Duration.ofSeconds(20)))
        .isEqualTo(new Attempt.AlreadyStored());
  }

  private Attempt attempt(CacheEntry entry, Duration enough) throws Exception {
    return attempt(entry.id(), UUID.randomUUID().toString(), Duration.ofSeconds(30), enough);
  }

  private Attempt attempt(String id, String leaseId, Duration ttl) throws Exception {
    return attempt(id, leaseId, ttl, Duration.ZERO);
  }

  private Attempt attempt(String id, String leaseId, Duration ttl, Duration enough)
      throws Exception {
    return leases().tryAcquire(id, leaseId, ttl, enough).get(5, TimeUnit.SECONDS);
  }

  @Test
  void flush_removesExactlyWhatMatches() throws Exception {
    CacheEntry acme = put("acme", "one", "red");
    CacheEntry acmeBlue = put("acme", "two", "blue");
    CacheEntry globex = put("globex", "one", "red");
    Instant after = time().plusSeconds(1);
    assertThat(flush(new FlushFilter("acme", null, "red", after))).isEqualTo(1);
    assertThat(has(acme)).isFalse();
    assertThat(has(acmeBlue)).isTrue();
    assertThat(has(globex)).isTrue();
    assertThat(flush(new FlushFilter(null, "other-model", null, after))).isZero();
    assertThat(flush(new FlushFilter(null, "auto", null, time().minusSeconds(60)))).isZero();
    assertThat(flush(new FlushFilter(null, null, null, after))).isEqualTo(2);
    assertThat(has(globex)).isFalse();
  }

  private long flush(FlushFilter filter) throws Exception {
    return store().flush(filter).get(10, TimeUnit.SECONDS);
  }

  @Test
  void forEach_seesEveryEntryOnce() throws Exception {
    for (int i = 0; i < 30; i++) {
      put(i % 2 == 0 ? "acme" : "globex", "text " + i);
    }
    List<String> seen = new ArrayList<>();
    store().forEach(entry -> seen.add(entry.text())).get(10, TimeUnit.SECONDS);
    assertThat(seen).hasSize(30).doesNotHaveDuplicates();
    Awaitility.await()
        .untilAsserted(() -> assertThat(store().count().get(5, TimeUnit.SECONDS)).isEqualTo(30));
  }

  @Test
  void size_staysInsideTheBound_andSmallTenantsKeepTheirEntries() throws Exception {
    List<CacheEntry> small = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      small.add(put("small", "small " + i));
    }
    for (int i = 0; i < 3 * MAX_ENTRIES; i++) {
      put("large", "large " + i);
    }
    Awaitility.await()
        .untilAsserted(() ->
            assertThat(store().count().get(5, TimeUnit.SECONDS))
                .isBetween(5L, MAX_ENTRIES + (long) small.size()));
    for (CacheEntry entry : small) {
      assertThat(has(entry)).isTrue();
    }
  }
}
