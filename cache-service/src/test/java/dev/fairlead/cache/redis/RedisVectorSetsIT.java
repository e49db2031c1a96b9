package dev.fairlead.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.cache.TestEntries;
import dev.fairlead.cache.index.VectorStore;
import dev.fairlead.cache.index.VectorStoreContract;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.FlushFilter;
import dev.fairlead.cache.store.StoreGuard;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.redis.RedisSettings;
import dev.fairlead.redis.RedisUrl;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Needs a Redis 8: the machine's, or the one that the variable FAIRLEAD_REDIS8 names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisVectorSetsIT extends VectorStoreContract {

  private static final Duration KEPT = Duration.ofDays(1);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private @Nullable RedisServerProcess redis;
  private @Nullable RedisLink link;
  private @Nullable RedisEntryStore entries;
  private @Nullable RedisVectorSets vectors;

  /** Of Redis. */
  int protocol() {
    return 2;
  }

  @BeforeAll
  void startRedis() {
    Optional<RedisServerProcess> started = RedisServerProcess.startWithVectorSets();
    assumeTrue(started.isPresent(), "no Redis 8");
    redis = started.get();
    RedisLink made =
        RedisLink.open(
            new RedisSettings(
                RedisUrl.parse(redis.url()), 2, 4, PATIENCE, PATIENCE, protocol(), "test", null));
    link = made;
    Awaitility.await().until(made::connected);
  }

  @AfterAll
  void stopRedis() {
    if (link != null) {
      link.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @BeforeEach
  void startEmpty() {
    command("FLUSHALL");
    RedisLink connected = Objects.requireNonNull(link);
    entries =
        new RedisEntryStore(
            connected,
            100_000,
            KEPT,
            clock,
            new RedisEntryStore.Listener() {
              @Override
              public void flushed(List<CacheEntry> flushed) {
                Objects.requireNonNull(vectors).flushed(flushed);
              }
            });
    vectors =
        new RedisVectorSets(
            connected, new StoreGuard(PATIENCE, PATIENCE, () -> {}), entries, KEPT, clock);
  }

  @AfterEach
  void closeStore() {
    Objects.requireNonNull(entries).close();
  }

  @Override
  protected VectorStore vectors() {
    return Objects.requireNonNull(vectors);
  }

  @Override
  protected void keep(CacheEntry entry) {
    Objects.requireNonNull(entries).put(entry).join();
  }

  private String command(String... words) {
    return Objects.requireNonNull(redis).command(words);
  }

  private String key() {
    return new RedisKeys("test").vectors(scope, ENCODER);
  }

  /** Elements of the scope's set, as Redis says. */
  private String elements() {
    return command("VCARD", key());
  }

  private void lose(CacheEntry entry) {
    assertThat(command("DEL", new RedisKeys("test").entry(entry.id()))).isEqualTo(":1");
  }

  @Test
  void entriesThatAreGone_makeRoomForOthers_andAreDropped() {
    for (int i = 0; i < 30; i++) {
      lose(put(scope, "gone " + i, 1, 0.001f * i, 0));
    }
    put(scope, "kept", 1, 0.5f, 0);
    // Writes drop a few of them already.
    assertThat(texts(4, 1, 0, 0)).containsExactly("kept");
    assertThat(texts(4, 1, 0, 0)).containsExactly("kept");
    Awaitility.await().until(() -> elements().equals(":1"));
  }

  @Test
  void entryThatWasStoredAgainWithoutAVector_isDropped() {
    put(scope, "text", 1, 0);
    keep(TestEntries.entry(scope, "text", clock.instant(), TTL));
    assertThat(texts(1, 1, 0)).isEmpty();
    assertThat(command("EXISTS", key())).isEqualTo(":0");
  }

  @Test
  void writes_dropWhatIsGone_whereNobodyAsks() {
    for (int i = 0; i < 40; i++) {
      lose(put(scope, "gone " + i, 1, i));
    }
    for (int i = 0; i < 200; i++) {
      put(scope, "kept", 0, 1);
    }
    Awaitility.await().until(() -> Integer.parseInt(elements().substring(1)) < 20);
    assertThat(texts(1, 0, 1)).containsExactly("kept");
  }

  @Test
  void flushedEntries_loseTheirVectors_andOthersKeepThem() {
    put(scope, "flushed", 1, 0);
    clock.advance(Duration.ofSeconds(1));
    put(scope, "newer", 1, 0.1f);
    FlushFilter filter =
        new FlushFilter(null, null, null, clock.instant().minus(Duration.ofMillis(500)));
    assertThat(Objects.requireNonNull(entries).flush(filter).join()).isEqualTo(1);
    Awaitility.await().until(() -> elements().equals(":1"));
    assertThat(texts(5, 1, 0)).containsExactly("newer");
  }

  @Test
  void set_goesByItself_whenNobodyWritesToIt() {
    put(scope, "text", 1, 0);
    int seconds = Integer.parseInt(command("TTL", key()).substring(1));
    assertThat(seconds).isBetween((int) KEPT.toSeconds() - 60, (int) KEPT.toSeconds());
  }

  @Test
  void foreignKey_isReplaced() {
    command("SET", key(), "something else");
    assertThat(texts(1, 1, 0)).isEmpty();
    Awaitility.await().until(() -> command("EXISTS", key()).equals(":0"));
    put(scope, "text", 1, 0);
    assertThat(texts(1, 1, 0)).containsExactly("text");
  }
}
