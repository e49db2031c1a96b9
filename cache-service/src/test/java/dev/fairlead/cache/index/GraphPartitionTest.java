package dev.fairlead.cache.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.TestEntries;
import dev.fairlead.cache.store.Embedding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class GraphPartitionTest {

  private static final int DIMENSION = 32;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Random random = new Random(7);
  private final Queue<Runnable> background = new ArrayDeque<>();
  private final GraphPartition partition =
      new GraphPartition(DIMENSION, 10, 50, 20, background::add);

  private IndexedEntry entry(String text) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return entry(text, Embedding.of(vector));
  }

  private static IndexedEntry entry(String text, Embedding embedding) {
    return IndexedEntry.of(
        TestEntries.entry(TestEntries.scope("acme"), text, embedding, NOW, Duration.ofHours(1)), 7);
  }

  private List<IndexedEntry> added(String prefix, int count) {
    List<IndexedEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      IndexedEntry entry = entry(prefix + i);
      partition.add(entry);
      entries.add(entry);
    }
    return entries;
  }

  private void work() {
    while (!background.isEmpty()) {
      background.remove().run();
    }
  }

  private void assertFound(List<IndexedEntry> entries) {
    for (IndexedEntry entry : entries) {
      List<Neighbour> near = partition.search(entry.embedding(), 3, NOW);
      assertThat(near.getFirst().entry()).isSameAs(entry);
      assertThat(near).hasSize(3).doesNotHaveDuplicates();
    }
  }

  private void assertNotFound(List<IndexedEntry> entries) {
    for (IndexedEntry entry : entries) {
      assertThat(partition.search(entry.embedding(), 5, NOW))
          .noneMatch(near -> near.entry().id().equals(entry.id()));
    }
  }

  @Test
  void entries_areFound_beforeWhileAndAfterTheyMove() {
    List<IndexedEntry> entries = added("a", 50);
    assertThat(background).isEmpty();
    entries.addAll(added("b", 30));
    assertThat(background).hasSize(1);
    assertFound(entries);
    work();
    assertFound(entries);
    entries.addAll(added("c", 10));
    assertThat(background).isEmpty();
    assertFound(entries);
    assertThat(partition.size()).isEqualTo(90);
  }

  @Test
  void entry_isGone_whereverItWas_andAReplacedOneIsFoundOnceOnly() {
    List<IndexedEntry> entries = added("a", 80);
    work();
    List<IndexedEntry> gone = entries.subList(0, 20);
    gone.forEach(entry -> partition.remove(entry.id()));
    assertNotFound(gone);
    IndexedEntry replaced = entry("a50");
    partition.add(replaced);
    assertFound(List.of(replaced));
    assertThat(partition.size()).isEqualTo(60);
    added("b", 30);
    work();
    assertFound(List.of(replaced));
    assertNotFound(gone);
    assertThat(partition.size()).isEqualTo(90);
  }

  @Test
  void entry_removedOrReplacedWhileItMoves_staysSo() {
    List<IndexedEntry> entries = added("a", 80);
    partition.remove(entries.get(3).id());
    IndexedEntry replaced = entry("a4");
    partition.add(replaced);
    work();
    assertNotFound(entries.subList(3, 4));
    assertFound(List.of(replaced));
    assertThat(partition.size()).isEqualTo(79);
  }

  @Test
  void graph_isMadeAnew_whenMostOfItIsGone() {
    List<IndexedEntry> kept = new ArrayList<>(added("kept", 60));
    work();
    for (int round = 0; round < 10; round++) {
      List<IndexedEntry> passing = added("round " + round + " ", 40);
      work();
      passing.forEach(entry -> partition.remove(entry.id()));
      assertNotFound(passing);
    }
    assertFound(kept);
    assertThat(partition.size()).isEqualTo(60);
  }

  @Test
  void expiredEntries_areNotFoundInTheGraph() {
    List<IndexedEntry> entries = added("a", 80);
    work();
    assertThat(partition.search(entries.getFirst().embedding(), 3, NOW.plus(Duration.ofHours(2))))
        .isEmpty();
  }

  @Test
  void entries_areScanned_whenTheBackgroundTakesNoWork() {
    GraphPartition closing =
        new GraphPartition(
            DIMENSION,
            10,
            50,
            20,
            work -> {
              throw new RejectedExecutionException("closed");
            });
    IndexedEntry last = entry("last");
    for (int i = 0; i < 60; i++) {
      closing.add(entry("a" + i));
    }
    closing.add(last);
    assertThat(closing.search(last.embedding(), 1, NOW).getFirst().entry()).isSameAs(last);
    assertThat(closing.size()).isEqualTo(61);
  }
}
