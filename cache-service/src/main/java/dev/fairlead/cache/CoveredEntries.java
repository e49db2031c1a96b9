package dev.fairlead.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.fairlead.cache.index.VectorStore;
import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeFeed;
import java.time.Duration;

/**
 * Entries that need not be found by vector, because another one's answer is right for their request
 * too: what is learned of that one then grows instead of being spread over many. They are still
 * found exactly. Whether the answer was right is known before or after the entry is stored, so it
 * is remembered for a while. Thread-safe, does not block.
 */
final class CoveredEntries {

  private static final Duration REMEMBERED = Duration.ofMinutes(15);
  private static final int MAX_REMEMBERED = 200_000;

  private final VectorStore vectors;
  private final ChangeFeed feed;
  private final Cache<String, Boolean> ids =
      Caffeine.newBuilder()
          .maximumSize(MAX_REMEMBERED)
          .expireAfterWrite(REMEMBERED)
          .executor(Runnable::run)
          .build();

  CoveredEntries(VectorStore vectors, ChangeFeed feed) {
    this.vectors = vectors;
    this.feed = feed;
  }

  /** The entry is, or will be, stored although another one covers it; the other replicas hear. */
  void add(String id) {
    addElsewhere(id);
    feed.publish(new Change.Covered(id));
  }

  /** Another replica found that out. */
  void addElsewhere(String id) {
    ids.put(id, true);
    var unused = vectors.remove(id);
  }

  boolean contains(String id) {
    return ids.getIfPresent(id) != null;
  }
}
