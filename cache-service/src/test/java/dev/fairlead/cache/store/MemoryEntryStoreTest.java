package dev.fairlead.cache.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.ManualClock;
import dev.fairlead.cache.TestEntries;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryEntryStoreTest extends CacheStoreContract {

  private final ManualClock clock = new ManualClock();
  private final List<CacheEntry> evicted = new ArrayList<>();
  private final MemoryEntryStore store =
      new MemoryEntryStore(
          new MemoryEntryStore.Bounds(MAX_ENTRIES, 1 << 20, STALE_FOR), clock, evicted::add);
  private final MemoryLeases leases = new MemoryLeases(clock, store::lasts);

  @Override
  protected EntryStore store() {
    return store;
  }

  @Override
  protected LeaseStore leases() {
    return leases;
  }

  @Override
  protected Instant now() {
    return clock.instant();
  }

  @Override
  protected void pass(Duration time) {
    clock.advance(time);
  }

  @Test
  void memory_staysInsideTheBound_whenEntriesAreLarge() {
    for (int i = 0; i < 50; i++) {
      CacheEntry entry =
          TestEntries.entry(
              TestEntries.scope("acme"),
              "x".repeat(50_000) + i,
              clock.instant(),
              Duration.ofMinutes(1));
      store.put(entry).join();
    }
    assertThat(store.count().join()).isLessThanOrEqualTo(10);
    assertThat(evicted).hasSizeGreaterThanOrEqualTo(40);
  }

  @Test
  void eviction_isTold_whenAnEntryExpires() {
    CacheEntry entry =
        TestEntries.entry(
            TestEntries.scope("acme"), "short", clock.instant(), Duration.ofSeconds(1));
    store.put(entry).join();
    clock.advance(Duration.ofSeconds(1).plus(STALE_FOR));
    store.sweep(clock.instant());
    assertThat(evicted).extracting(CacheEntry::id).containsExactly(entry.id());
  }
}
