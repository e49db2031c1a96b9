package dev.fairlead.cache;

import dev.fairlead.cache.CacheCounters.Count;
import dev.fairlead.cache.bound.LabelLog;
import dev.fairlead.cache.index.LocalVectors;
import dev.fairlead.cache.index.VectorStore;
import dev.fairlead.cache.redis.RedisCounters;
import dev.fairlead.cache.redis.RedisEntryStore;
import dev.fairlead.cache.redis.RedisFeed;
import dev.fairlead.cache.redis.RedisLabelLog;
import dev.fairlead.cache.redis.RedisLeases;
import dev.fairlead.cache.redis.RedisRatings;
import dev.fairlead.cache.redis.RedisVectorSets;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.GuardedLeases;
import dev.fairlead.cache.store.GuardedStore;
import dev.fairlead.cache.store.LeaseStore;
import dev.fairlead.cache.store.MemoryEntryStore;
import dev.fairlead.cache.store.MemoryLeases;
import dev.fairlead.cache.store.MemoryRatings;
import dev.fairlead.cache.store.NearCachingStore;
import dev.fairlead.cache.store.RatingLog;
import dev.fairlead.cache.store.StoreGuard;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.redis.RedisConfig;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.telemetry.RedisMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** What the service rests on: one process alone, or Redis with other replicas beside it. */
interface Backing extends AutoCloseable {

  EntryStore store();

  LeaseStore leases();

  ChangeFeed feed();

  CacheCounters counters();

  LabelLog labels();

  RatingLog ratings();

  VectorStore vectors();

  /** Begins to follow other replicas, if there can be any. */
  void follow(Stores stores, SingleFlight flights, Outcomes outcomes, InstantSource clock);

  /** Drops what ended before {@code now}. */
  void sweep(Instant now);

  @Override
  void close();

  /** Everything in this process. */
  static Backing memory(CacheConfig config, InstantSource clock, LocalVectors vectors) {
    CacheCounters counters = new CacheCounters(null);
    MemoryEntryStore store =
        new MemoryEntryStore(
            new MemoryEntryStore.Bounds(
                config.maxEntries(), config.maxBytes(), config.staleWhileRevalidate()),
            clock,
            entry -> {
              if (!entry.expired(clock.instant())) {
                counters.increment(Count.EVICTIONS);
              }
              vectors.remove(entry.id(), entry.storedAt());
            });
    return new Memory(
        store, new MemoryLeases(clock, store::lasts), counters, new MemoryRatings(), vectors);
  }

  /**
   * Shared through Redis: near cache, then time-box and breaker, then Redis.
   *
   * @param local for the vectors unless they are to lie in Redis
   */
  static Backing redis(
      CacheConfig config,
      RedisConfig redis,
      InstantSource clock,
      LocalVectors local,
      MeterRegistry meters,
      Tls tls) {
    RedisMetrics watch = new RedisMetrics(meters, "cache");
    RedisLink link = RedisLink.open(redis.settings(tls), watch::ended);
    watch.follow(link::underWay, link::connected);
    CacheCounters counters = new CacheCounters(new RedisCounters(link));
    RedisFeed feed = new RedisFeed(link);
    StoreEvents events = new StoreEvents(counters, local, feed);
    EntryStore shared =
        new RedisEntryStore(
            link, config.maxEntries(), config.staleWhileRevalidate(), clock, events);
    StoreGuard guard =
        new StoreGuard(
            config.storeTimeout(),
            config.breakerOpen(),
            () -> counters.increment(Count.STORE_FAILURES));
    NearCachingStore near =
        new NearCachingStore(
            new GuardedStore(shared, guard), config.maxBytes(), config.nearTtl(), clock);
    VectorStore vectors = local;
    if (config.vectors().equals("redis")) {
      Duration lifetime = config.maxTtl().plus(config.staleWhileRevalidate());
      RedisVectorSets sets = new RedisVectorSets(link, guard, near, lifetime, clock);
      events.vectorsIn(sets);
      vectors = sets;
    }
    return new Shared(
        link,
        shared,
        near,
        new GuardedLeases(new RedisLeases(link, config.staleWhileRevalidate()), guard),
        feed,
        counters,
        new RedisLabelLog(link),
        new RedisRatings(link, guard),
        vectors);
  }

  /** One process alone. */
  record Memory(
      MemoryEntryStore store,
      MemoryLeases leases,
      CacheCounters counters,
      RatingLog ratings,
      LocalVectors vectors)
      implements Backing {
    @Override
    public ChangeFeed feed() {
      return ChangeFeed.none();
    }

    @Override
    public LabelLog labels() {
      return LabelLog.none();
    }

    @Override
    public void follow(
        Stores stores, SingleFlight flights, Outcomes outcomes, InstantSource clock) {}

    @Override
    public void sweep(Instant now) {
      leases.sweep(now);
    }

    @Override
    public void close() {
      store.close();
    }
  }

  /** A replica among others. */
  record Shared(
      RedisLink link,
      EntryStore shared,
      NearCachingStore store,
      LeaseStore leases,
      RedisFeed feed,
      CacheCounters counters,
      LabelLog labels,
      RatingLog ratings,
      VectorStore vectors)
      implements Backing {

    @Override
    public void follow(
        Stores stores, SingleFlight flights, Outcomes outcomes, InstantSource clock) {
      LocalVectors local = vectors instanceof LocalVectors here ? here : null;
      feed.follow(new Replication(store, shared, local, stores, flights, outcomes, clock));
    }

    @Override
    public void sweep(Instant now) {}

    @Override
    public void close() {
      feed.close();
      link.close();
      store.close();
    }
  }
}
