package dev.fairlead.cache;

import dev.fairlead.cache.CacheCounters.Count;
import dev.fairlead.cache.index.LocalVectors;
import dev.fairlead.cache.redis.RedisEntryStore;
import dev.fairlead.cache.redis.RedisVectorSets;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeFeed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Redis' store removes by itself is counted, told to the others, and found no more. */
final class StoreEvents implements RedisEntryStore.Listener {

  private final CacheCounters counters;
  private final LocalVectors local;
  private final ChangeFeed feed;
  private volatile @Nullable RedisVectorSets sets;

  StoreEvents(CacheCounters counters, LocalVectors local, ChangeFeed feed) {
    this.counters = counters;
    this.local = local;
    this.feed = feed;
  }

  /** From now on vectors lie in Redis. */
  void vectorsIn(RedisVectorSets vectorSets) {
    this.sets = vectorSets;
  }

  @Override
  public void unreadable() {
    counters.increment(Count.UNREADABLE);
  }

  @Override
  public void evicted(String id) {
    counters.increment(Count.EVICTIONS);
    var unused = local.remove(id);
    feed.publish(new Change.Removed(id));
  }

  @Override
  public void flushed(List<CacheEntry> entries) {
    RedisVectorSets current = sets;
    if (current != null) {
      current.flushed(entries);
    }
  }
}
