package dev.fairlead.cache.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.TestEntries;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Embedding;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LocalVectorsTest extends VectorStoreContract {

  private static final int MORE_THAN_SEARCHED_INLINE = 300;

  private Executor compute = Runnable::run;
  private final LocalVectors vectors =
      new LocalVectors(PartitionedIndex.scanning(512, clock), work -> compute.execute(work));

  @Override
  protected VectorStore vectors() {
    return vectors;
  }

  @Override
  protected void keep(CacheEntry entry) {}

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
