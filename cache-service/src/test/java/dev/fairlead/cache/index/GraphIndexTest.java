package dev.fairlead.cache.index;

import java.time.InstantSource;

/** Nearly everything is in the graph at once: it is made on the caller's thread, from early on. */
class GraphIndexTest extends VectorIndexContract {

  @Override
  VectorIndex create(InstantSource clock) {
    return PartitionedIndex.withGraphs(16, 100, 25, Runnable::run, clock);
  }
}
