package dev.fairlead.cache.index;

import java.time.InstantSource;

class SignCodeIndexTest extends VectorIndexContract {

  @Override
  VectorIndex create(InstantSource clock) {
    return PartitionedIndex.scanning(512, clock);
  }
}
