package dev.fairlead.cache.store;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What was said of answers lately, so that it counts once. Thread-safe, does not block. */
public interface RatingLog {

  /** How long something is remembered. */
  Duration REMEMBERED = Duration.ofHours(1);

  /**
   * Whether this is said for the first time; whoever asks again is told no. Never fails.
   *
   * @param what was said, of any length
   */
  CompletableFuture<Boolean> first(String what);
}
