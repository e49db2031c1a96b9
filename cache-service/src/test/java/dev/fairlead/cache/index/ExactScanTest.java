package dev.fairlead.cache.index;

import java.time.InstantSource;

class ExactScanTest extends VectorIndexContract {

  @Override
  VectorIndex create(InstantSource clock) {
    return new SignCodeIndex(Integer.MAX_VALUE, clock);
  }
}
