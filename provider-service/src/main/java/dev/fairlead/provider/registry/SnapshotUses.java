package dev.fairlead.provider.registry;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who works with a snapshot: the registry while it is in force, and every request that began
 * in it. When the last one is done, what the snapshot alone held may be freed. Thread-safe, never
 * blocks.
 */
final class SnapshotUses {

  private final AtomicInteger users = new AtomicInteger(1);
  private final Runnable unused;

  /** One use, the registry's; {@code unused} runs once, on the thread of the last user. */
  SnapshotUses(Runnable unused) {
    this.unused = unused;
  }

  /** One more user; false when it is too late. */
  boolean begin() {
    for (int now = users.get(); now > 0; now = users.get()) {
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  /** One user fewer. */
  void end() {
    if (users.decrementAndGet() == 0) {
      unused.run();
    }
  }
}
