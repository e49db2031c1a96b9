package dev.fairlead.cache.store;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Sums counters over replicas. Does not block. */
public interface CounterShare {

  /** Adds what was counted here since the last time and answers the sums over all replicas. */
  CompletableFuture<Map<String, Long>> add(Map<String, Long> deltas);
}
