package dev.fairlead.cache.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cache.ManualClock;
import dev.fairlead.cache.TestEntries;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.ScopeKey;
import dev.fairlead.cache.verify.AnswerDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every place for vectors must do. */
public abstract class VectorStoreContract {

  protected static final String ENCODER = "encoder-1";
  protected static final Duration TTL = Duration.ofMinutes(5);
  private static final int DIMENSION = 384;

  /** Share of random trials in which the true nearest entry must come first. */
  private static final double RECALL_FLOOR = 0.99;

  protected final ManualClock clock = new ManualClock();
  protected final ScopeKey scope = TestEntries.scope("acme");

  /** The one under test, empty at the start of each test. */
  protected abstract VectorStore vectors();

  /** Puts the entry where entries are, before its vector is. */
  protected abstract void keep(CacheEntry entry);

  protected final CacheEntry put(ScopeKey where, String text, float... vector) {
    return put(where, text, Embedding.of(vector));
  }

  private CacheEntry put(ScopeKey where, String text, Embedding embedding) {
    CacheEntry entry = TestEntries.entry(where, text, embedding, clock.instant(), TTL);
    keep(entry);
    vectors().put(indexed(entry)).join();
    return entry;
  }

  protected static IndexedEntry indexed(CacheEntry entry) {
    return IndexedEntry.of(entry, AnswerDigest.of(entry.answer().getText()));
  }

  protected final List<String> texts(int limit, float... query) {
    return near(Embedding.of(query), limit, -1).stream().map(near -> near.entry().text()).toList();
  }

  private List<Neighbour> near(Embedding query, int limit, double least) {
    return vectors().nearest(scope, ENCODER, query, limit, least).join();
  }

  @Test
  void nearest_comesFirst_withItsExactCosine() {
    put(scope, "far", 0, 1, 0);
    put(scope, "near", 1, 0.1f, 0);
    put(scope, "nearer", 1, 0, 0);
    assertThat(texts(2, 1, 0, 0)).containsExactly("nearer", "near");
    assertThat(near(Embedding.of(1, 0, 0), 1, -1).getFirst().similarity()).isEqualTo(1);
  }

  @Test
  void nearest_carriesAllThatTheEntrySays() {
    CacheEntry entry = put(scope, "text", 1, 0);
    IndexedEntry found = near(Embedding.of(1, 0), 1, -1).getFirst().entry();
    assertThat(found)
        .usingRecursiveComparison()
        .ignoringFields("embedding")
        .isEqualTo(indexed(entry));
    assertThat(found.embedding().toArray()).isEqualTo(vectorOf(entry).toArray());
  }

  @Test
  void nearest_isEmpty_whenTheScopeIs() {
    assertThat(texts(3, 1, 0)).isEmpty();
  }

  @Test
  void nearest_leavesOutWhatIsTooFar() {
    put(scope, "far", 0, 1);
    put(scope, "near", 1, 0.1f);
    assertThat(near(Embedding.of(1, 0), 5, 0.5))
        .extracting(near -> near.entry().text())
        .containsExactly("near");
  }

  @Test
  void nearest_neverCrossesScopesOrEncoders() {
    put(TestEntries.scope("globex"), "other tenant", 1, 0);
    put(new ScopeKey("acme", "gpt-4o", scope.digest()), "other model", 1, 0);
    put(new ScopeKey("acme", "auto", TestEntries.digest("x")), "other digest", 1, 0);
    assertThat(texts(10, 1, 0)).isEmpty();
    put(scope, "mine", 1, 0);
    assertThat(vectors().nearest(scope, "encoder-2", Embedding.of(1, 0), 10, -1).join()).isEmpty();
    assertThat(texts(10, 1, 0)).containsExactly("mine");
  }

  @Test
  void put_refusesAnotherDimension() {
    put(scope, "first", 1, 0, 0);
    CacheEntry second =
        TestEntries.entry(scope, "second", Embedding.of(1, 0), clock.instant(), TTL);
    assertThatThrownBy(() -> vectors().put(indexed(second)).join())
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> near(Embedding.of(1, 0), 1, -1))
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(texts(5, 1, 0, 0)).containsExactly("first");
  }

  @Test
  void put_replacesTheEntryOfTheSameId() {
    put(scope, "text", 1, 0);
    put(scope, "text", 0, 1);
    assertThat(near(Embedding.of(0, 1), 5, -1))
        .singleElement()
        .satisfies(near -> assertThat(near.similarity()).isEqualTo(1));
  }

  @Test
  void removedEntries_areNotFound_andTheOthersAre() {
    CacheEntry byId = put(scope, "by id", 1, 0);
    CacheEntry byEntry = put(scope, "by entry", 1, 0.05f);
    put(scope, "kept", 0.9f, 0.1f);
    vectors().remove(byId.id()).join();
    vectors().remove(indexed(byEntry)).join();
    vectors().remove("nobody").join();
    assertThat(texts(5, 1, 0)).containsExactly("kept");
  }

  @Test
  void expiredEntry_isNotFound() {
    put(scope, "old", 1, 0);
    clock.advance(TTL.minusMillis(1));
    assertThat(texts(1, 1, 0)).hasSize(1);
    clock.advance(Duration.ofMillis(1));
    assertThat(texts(1, 1, 0)).isEmpty();
  }

  @Test
  void equallyNearOnes_comeById() {
    for (int i = 0; i < 6; i++) {
      put(scope, "same " + i, 1, 1);
    }
    assertThat(near(Embedding.of(1, 1), 6, -1))
        .extracting(near -> near.entry().id())
        .hasSize(6)
        .isSorted();
  }

  @Test
  void randomTrials_findTheTrueNearest_asOftenAsPromised() {
    Random random = new Random(42);
    List<CacheEntry> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      all.add(put(scope, "text " + i, clustered(random)));
    }
    int found = 0;
    int trials = 200;
    for (int trial = 0; trial < trials; trial++) {
      Embedding query = Embedding.of(clustered(random));
      CacheEntry truth =
          all.stream()
              .max(Comparator.comparingDouble(entry -> query.cosine(vectorOf(entry))))
              .orElseThrow();
      found += near(query, 4, -1).getFirst().entry().id().equals(truth.id()) ? 1 : 0;
    }
    assertThat((double) found / trials).isGreaterThanOrEqualTo(RECALL_FLOOR);
  }

  private static Embedding vectorOf(CacheEntry entry) {
    Embedding embedding = entry.embedding();
    if (embedding == null) {
      throw new AssertionError("an entry without a vector: " + entry.id());
    }
    return embedding;
  }

  /** A few directions with noise, as sentence embeddings of one application look. */
  private static float[] clustered(Random random) {
    Random centre = new Random(random.nextInt(20));
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (centre.nextGaussian() + 0.8 * random.nextGaussian());
    }
    return vector;
  }
}
