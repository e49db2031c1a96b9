package dev.fairlead.cache.index;

import java.time.InstantSource;

/** The codes pick candidates however few entries there are. */
class SignCodesOnlyTest extends VectorIndexContract {

  @Override
  VectorIndex create(InstantSource clock) {
    return PartitionedIndex.scanning(0, clock);
  }
}
