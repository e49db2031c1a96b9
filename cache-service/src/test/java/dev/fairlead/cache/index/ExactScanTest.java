package dev.fairlead.cache.index;

import java.time.InstantSource;

class ExactScanTest extends VectorIndexContract {

  @Override
  VectorIndex create(InstantSource clock) {
    return PartitionedIndex.scanning(Integer.MAX_VALUE, clock);
  }
}
