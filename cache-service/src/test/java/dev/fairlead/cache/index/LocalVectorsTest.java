package dev.fairlead.cache.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.TestEntries;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Embedding;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LocalVectorsTest extends VectorStoreContract {

  private static final int MOST = 5000;
  private static final int MORE_THAN_SEARCHED_INLINE = 300;

  private Executor compute = Runnable::run;
  private final LocalVectors vectors =
      new LocalVectors(PartitionedIndex.scanning(512, clock), work -> compute.execute(work), MOST);

  @Override
  protected VectorStore vectors() {
    return vectors;
  }

  @Override
  protected void keep(CacheEntry entry) {}

  @Test
  void vectorsAreBounded_andThoseThatExpireSoonestGo() {
    VectorIndex index = PartitionedIndex.scanning(512, clock);
    LocalVectors bounded = new LocalVectors(index, Runnable::run, 12);
    CacheEntry shortest =
        TestEntries.entry(
            TestEntries.scope("globex"), "short", Embedding.of(1, 0), clock.instant(), TTL);
    bounded.put(indexed(shortest)).join();
    clock.advance(Duration.ofSeconds(1));
    for (int i = 0; i < 12; i++) {
      CacheEntry entry =
          TestEntries.entry(scope, "text " + i, Embedding.of(1, i), clock.instant(), TTL);
      bounded.put(indexed(entry)).join();
    }
    assertThat(bounded.size()).isEqualTo(12);
    assertThat(index.size(TestEntries.scope("globex"), ENCODER)).isZero();
    for (int i = 12; i < 100; i++) {
      CacheEntry entry =
          TestEntries.entry(scope, "text " + i, Embedding.of(1, i), clock.instant(), TTL);
      bounded.put(indexed(entry)).join();
      assertThat(bounded.size()).isEqualTo(12);
      assertThat(bounded.nearest(scope, ENCODER, Embedding.of(1, i), 12, -1).join())
          .extracting(near -> near.entry().id())
          .contains(entry.id());
    }
  }

  @Test
  void largeScope_isNotSearched_whenThePoolIsFull() {
    for (int i = 0; i < MORE_THAN_SEARCHED_INLINE; i++) {
      put(scope, "text " + i, 1, i);
    }
    put(TestEntries.scope("globex"), "small", 1, 0);
    assertThat(texts(1, 1, 0)).hasSize(1);
    compute =
        work -> {
          throw new RejectedExecutionException("full");
        };
    assertThat(texts(1, 1, 0)).isEmpty();
    assertThat(
            vectors.nearest(TestEntries.scope("globex"), ENCODER, Embedding.of(1, 0), 1, -1).join())
        .hasSize(1);
  }
}
