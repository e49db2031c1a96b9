package dev.fairlead.cache.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cache.ManualClock;
import dev.fairlead.cache.TestEntries;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.ScopeKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every vector index must do. */
abstract class VectorIndexContract {

  private static final String ENCODER = "encoder-1";
  private static final int DIMENSION = 384;
  private static final Duration TTL = Duration.ofMinutes(5);

  /** Share of random trials in which the true nearest entry must come first. */
  private static final double RECALL_FLOOR = 0.99;

  private final ManualClock clock = new ManualClock();
  private final ScopeKey scope = TestEntries.scope("acme");
  private VectorIndex index;

  abstract VectorIndex create(InstantSource clock);

  @BeforeEach
  void createIndex() {
    index = create(clock);
  }

  private IndexedEntry entry(ScopeKey where, String text, float... vector) {
    return entry(where, text, Embedding.of(vector));
  }

  private IndexedEntry entry(ScopeKey where, String text, Embedding embedding) {
    CacheEntry entry = TestEntries.entry(where, text, embedding, clock.instant(), TTL);
    return IndexedEntry.of(entry, 7);
  }

  private List<String> texts(Embedding query, int limit) {
    return index.search(scope, ENCODER, query, limit).stream()
        .map(near -> near.entry().text())
        .toList();
  }

  @Test
  void search_returnsNearestFirst() {
    index.put(entry(scope, "far", 0, 1, 0));
    index.put(entry(scope, "near", 1, 0.1f, 0));
    index.put(entry(scope, "nearer", 1, 0, 0));
    assertThat(texts(Embedding.of(1, 0, 0), 2)).containsExactly("nearer", "near");
    assertThat(index.search(scope, ENCODER, Embedding.of(1, 0, 0), 1).getFirst().similarity())
        .isEqualTo(1);
  }

  @Test
  void search_isEmpty_whenTheScopeIs() {
    assertThat(texts(Embedding.of(1, 0), 3)).isEmpty();
    assertThat(index.dimension(scope, ENCODER)).isZero();
  }

  @Test
  void search_neverCrossesScopesOrEncoders() {
    index.put(entry(TestEntries.scope("globex"), "other tenant", 1, 0));
    index.put(entry(new ScopeKey("acme", "gpt-4o", scope.digest()), "other model", 1, 0));
    index.put(entry(new ScopeKey("acme", "auto", TestEntries.digest("x")), "other digest", 1, 0));
    assertThat(texts(Embedding.of(1, 0), 10)).isEmpty();
    index.put(entry(scope, "mine", 1, 0));
    assertThat(index.search(scope, "encoder-2", Embedding.of(1, 0), 10)).isEmpty();
    assertThat(texts(Embedding.of(1, 0), 10)).containsExactly("mine");
  }

  @Test
  void put_refusesAnotherDimension() {
    index.put(entry(scope, "first", 1, 0, 0));
    assertThat(index.dimension(scope, ENCODER)).isEqualTo(3);
    assertThatThrownBy(() -> index.put(entry(scope, "second", 1, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dimension 2 (expected: 3)");
    assertThatThrownBy(() -> index.search(scope, ENCODER, Embedding.of(1, 0), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(index.size()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, Float.MAX_VALUE})
  void embedding_isRefused_whenItHasNoDirection(float value) {
    float[] vector = {value, value};
    if (value == Float.MAX_VALUE) {
      assertThat(Embedding.of(vector).cosine(Embedding.of(1, 1))).isCloseTo(1, Offset.offset(1e-6));
    } else {
      assertThatThrownBy(() -> Embedding.of(vector)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void ties_areOrderedById_everyTime() {
    for (int i = 0; i < 20; i++) {
      index.put(entry(scope, "same " + i, 1, 1));
    }
    List<String> ids =
        index.search(scope, ENCODER, Embedding.of(1, 1), 20).stream()
            .map(near -> near.entry().id())
            .toList();
    assertThat(ids).hasSize(20).isSorted();
  }

  @Test
  void put_replacesTheEntryOfTheSameId() {
    index.put(entry(scope, "text", 1, 0));
    index.put(entry(scope, "text", 0, 1));
    assertThat(index.size()).isEqualTo(1);
    assertThat(index.search(scope, ENCODER, Embedding.of(0, 1), 5).getFirst().similarity())
        .isEqualTo(1);
  }

  @Test
  void remove_makesTheEntryUnfindable_andLeavesTheOthers() {
    IndexedEntry gone = entry(scope, "gone", 1, 0);
    index.put(gone);
    index.put(entry(scope, "kept", 0.9f, 0.1f));
    assertThat(index.remove(gone.id())).isTrue();
    assertThat(index.remove(gone.id())).isFalse();
    assertThat(texts(Embedding.of(1, 0), 5)).containsExactly("kept");
  }

  @Test
  void remove_sparesANewerEntryOfTheId_whenGivenATime() {
    IndexedEntry old = entry(scope, "text", 1, 0);
    index.put(old);
    clock.advance(Duration.ofSeconds(1));
    index.put(entry(scope, "text", 1, 0));
    assertThat(index.remove(old.id(), old.storedAt())).isFalse();
    assertThat(index.size()).isEqualTo(1);
  }

  @Test
  void removeIf_removesWhatMatches() {
    index.put(entry(scope, "a", 1, 0));
    index.put(entry(TestEntries.scope("globex"), "b", 1, 0));
    assertThat(index.removeIf(entry -> entry.key().scope().tenant().equals("globex"))).isEqualTo(1);
    assertThat(index.size()).isEqualTo(1);
  }

  @Test
  void samples_giveEveryEntry_inTurn() {
    assertThat(index.sample(4)).isEmpty();
    for (int i = 0; i < 10; i++) {
      index.put(entry(i < 5 ? scope : TestEntries.scope("globex"), "text " + i, 1, i));
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      List<IndexedEntry> sample = index.sample(4);
      assertThat(sample).hasSize(4);
      sample.forEach(entry -> seen.add(entry.id()));
    }
    assertThat(seen).hasSize(10);
    assertThat(index.sample(100)).hasSizeGreaterThanOrEqualTo(10);
  }

  @Test
  void expiredEntry_isNotFound() {
    index.put(entry(scope, "old", 1, 0));
    clock.advance(TTL.minusMillis(1));
    assertThat(texts(Embedding.of(1, 0), 1)).hasSize(1);
    clock.advance(Duration.ofMillis(1));
    assertThat(texts(Embedding.of(1, 0), 1)).isEmpty();
  }

  @Test
  void anotherDimension_isWelcomeAgain_whenTheScopeHasBeenEmptied() {
    IndexedEntry only = entry(scope, "only", 1, 0, 0);
    index.put(only);
    index.remove(only.id());
    index.put(entry(scope, "other", 1, 0));
    assertThat(texts(Embedding.of(1, 0), 1)).containsExactly("other");
  }

  @Test
  void randomTrials_findTheTrueNearest_asOftenAsPromised() {
    Random random = new Random(42);
    List<IndexedEntry> all = new ArrayList<>();
    for (int i = 0; i < 6000; i++) {
      IndexedEntry entry = entry(scope, "text " + i, clustered(random));
      all.add(entry);
      index.put(entry);
    }
    for (int i = 0; i < 1500; i++) {
      index.remove(all.remove(random.nextInt(all.size())).id());
    }
    int found = 0;
    int trials = 300;
    for (int trial = 0; trial < trials; trial++) {
      Embedding query = near(all.get(random.nextInt(all.size())).embedding(), random);
      IndexedEntry truth =
          all.stream()
              .max(Comparator.comparingDouble(entry -> query.cosine(entry.embedding())))
              .orElseThrow();
      found +=
          index.search(scope, ENCODER, query, 1).getFirst().entry().id().equals(truth.id()) ? 1 : 0;
    }
    assertThat((double) found / trials).isGreaterThanOrEqualTo(RECALL_FLOOR);
    assertThat(index.size()).isEqualTo(4500);
  }

  /** A few directions with noise, as sentence embeddings of one application look. */
  private static Embedding clustered(Random random) {
    Random centre = new Random(random.nextInt(20));
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (centre.nextGaussian() + 0.8 * random.nextGaussian());
    }
    return Embedding.of(vector);
  }

  private static Embedding near(Embedding embedding, Random random) {
    float[] vector = embedding.toArray();
    for (int i = 0; i < vector.length; i++) {
      vector[i] += (float) (0.3 * random.nextGaussian() / Math.sqrt(vector.length));
    }
    return Embedding.of(vector);
  }

  @Test
  void concurrentUse_neverReturnsAWrongEntry_andEndsComplete() throws Exception {
    ScopeKey other = TestEntries.scope("globex");
    List<Future<?>> work = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int writer = 0; writer < 2; writer++) {
        int seed = writer;
        work.add(
            threads.submit(() -> {
              Random random = new Random(seed);
              for (int i = 0; i < 3000; i++) {
                IndexedEntry entry =
                    entry(i % 2 == 0 ? scope : other, seed + " " + i, clustered(random));
                index.put(entry);
                if (i % 3 == 0) {
                  index.remove(entry.id());
                }
              }
            }));
      }
      for (int reader = 0; reader < 2; reader++) {
        int seed = reader + 10;
        work.add(
            threads.submit(() -> {
              Random random = new Random(seed);
              for (int i = 0; i < 500; i++) {
                Embedding query = clustered(random);
                for (Neighbour near : index.search(scope, ENCODER, query, 4)) {
                  assertThat(near.entry().key().scope()).isEqualTo(scope);
                  assertThat(near.similarity()).isEqualTo(query.cosine(near.entry().embedding()));
                }
              }
            }));
      }
      for (Future<?> each : work) {
        each.get();
      }
    }
    assertThat(index.size()).isEqualTo(4000);
    assertThat(index.size(scope, ENCODER) + index.size(other, ENCODER)).isEqualTo(4000);
  }
}
