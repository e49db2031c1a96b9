package dev.fairlead.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.bound.LabelLog;
import dev.fairlead.cache.bound.ThresholdPolicy;
import dev.fairlead.cache.index.LocalVectors;
import dev.fairlead.cache.index.PartitionedIndex;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.FlushFilter;
import dev.fairlead.cache.store.MemoryEntryStore;
import dev.fairlead.cache.store.MemoryLeases;
import dev.fairlead.cache.store.MemoryRatings;
import dev.fairlead.cache.store.NearCachingStore;
import dev.fairlead.cache.verify.EqualityJudge;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.ReportOutcomeRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a replica makes of what others did. */
class ReplicationTest {

  private static final Duration TTL = Duration.ofMinutes(5);

  private final ManualClock clock = new ManualClock();
  private final LocalVectors vectors =
      new LocalVectors(PartitionedIndex.scanning(512, clock), Runnable::run, 1000);
  private final MemoryEntryStore kept =
      new MemoryEntryStore(
          new MemoryEntryStore.Bounds(1000, 1 << 20, Duration.ZERO), clock, entry -> {});
  private final Answering shared = new Answering(kept);
  private final List<Change> told = new ArrayList<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Outcomes outcomes = outcomes();
  private final Replication replication = replication();

  /** A store that answers only when so many have asked. */
  private static final class Answering implements EntryStore {
    private final EntryStore kept;
    private final List<Runnable> answers = new ArrayList<>();
    int together = 1;

    Answering(EntryStore kept) {
      this.kept = kept;
    }

    @Override
    public String name() {
      return kept.name();
    }

    @Override
    public CompletableFuture<Optional<CacheEntry>> find(String id) {
      CompletableFuture<Optional<CacheEntry>> found = new CompletableFuture<>();
      answers.add(() -> found.complete(kept.find(id).join()));
      if (answers.size() >= together) {
        answers.forEach(Runnable::run);
        answers.clear();
      }
      return found.orTimeout(2, TimeUnit.SECONDS);
    }

    @Override
    public CompletableFuture<Void> put(CacheEntry entry) {
      return kept.put(entry);
    }

    @Override
    public CompletableFuture<Boolean> remove(String id) {
      return kept.remove(id);
    }

    @Override
    public CompletableFuture<Long> flush(FlushFilter filter) {
      return kept.flush(filter);
    }

    @Override
    public CompletableFuture<Void> forEach(Consumer<CacheEntry> action) {
      return kept.forEach(action);
    }

    @Override
    public CompletableFuture<Long> count() {
      return kept.count();
    }

    @Override
    public boolean available() {
      return true;
    }

    @Override
    public void close() {}
  }

  private ChangeFeed feed() {
    return new ChangeFeed() {
      @Override
      public void publish(Change change) {
        told.add(change);
      }

      @Override
      public void follow(Follower follower) {}

      @Override
      public void close() {}
    };
  }

  private Outcomes outcomes() {
    return new Outcomes(
        new EntryRecords(),
        new ThresholdPolicy(0.9),
        new EqualityJudge(),
        kept,
        new CoveredEntries(vectors, feed()),
        feed(),
        LabelLog.none(),
        new MemoryRatings(),
        Runnable::run);
  }

  private Replication replication() {
    CacheConfig config =
        ConfigSource.parse("test.yaml", "", Map.of()).section("cache", CacheConfig.class);
    SingleFlight flights =
        new SingleFlight(new MemoryLeases(clock, kept::lasts), timer, Duration.ofSeconds(30), 100);
    Stores stores =
        new Stores(
            config,
            kept,
            vectors,
            new CoveredEntries(vectors, feed()),
            flights,
            feed(),
            new CacheCounters(null),
            clock,
            () -> 0.5);
    NearCachingStore near = new NearCachingStore(kept, 1 << 20, Duration.ofSeconds(5), clock);
    return new Replication(near, shared, vectors, stores, flights, outcomes, clock);
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private CacheEntry keep(int number) {
    Instant now = clock.instant();
    CacheEntry entry =
        TestEntries.entry(
            TestEntries.scope("acme"), "text " + number, Embedding.of(1, number), now, TTL);
    kept.put(entry).join();
    return entry;
  }

  @Test
  void entries_areReadTogether_andChangesKeepTheirOrder() {
    CacheEntry removed = keep(1);
    CacheEntry stored = keep(2);
    CacheEntry storedAgain = keep(3);
    shared.together = 3;
    replication.changed(
        List.of(
            new Change.Stored(removed.id()),
            new Change.Stored(stored.id()),
            new Change.Removed(storedAgain.id()),
            new Change.Stored(storedAgain.id()),
            new Change.Removed(removed.id())));
    assertThat(vectors.size()).isEqualTo(2);
    assertThat(vectors.removeIf(entry -> entry.id().equals(removed.id()))).isZero();
  }

  @Test
  void rightRating_isInTheRecord_hereAndElsewhere() {
    String id = keep(1).id();
    CacheScope scope =
        CacheScope.newBuilder()
            .setTenant("acme")
            .setModel("auto")
            .setDigest(TestEntries.digest("scope"))
            .build();
    Rating.Builder rating =
        Rating.newBuilder()
            .setScope(scope)
            .setEntryId(id)
            .setCorrect(true)
            .setRequestId("request-1")
            .setFingerprint(TestEntries.digest("another text"));
    ReportOutcomeRequest report = ReportOutcomeRequest.newBuilder().setRating(rating).build();
    assertThat(outcomes.rated(TestEntries.scope("acme"), report).join()).isFalse();
    assertThat(outcomes.rated(TestEntries.scope("acme"), report).join()).isFalse();
    assertThat(outcomes.evidence(id, 0.9, 0.1, 0, 1).right()).isEqualTo(1);
    assertThat(told).containsExactly(new Change.Rated(id, true));
    told.forEach(replication::changed);
    assertThat(outcomes.evidence(id, 0.9, 0.1, 0, 1).right()).isEqualTo(2);
  }
}
