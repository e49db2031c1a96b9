package dev.fairlead.common.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start has opened so far, so that one that fails half-way leaves nothing behind. Closes in
 * the reverse order; what cannot be closed is logged and does not keep the rest. Used by one thread
 * at a time.
 */
public final class Opened implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Opened.class);

  private final Deque<AutoCloseable> lastFirst = new ArrayDeque<>();

  /** Nothing yet. */
  public Opened() {}

  /** One more; the same is returned. */
  public <T extends AutoCloseable> T add(T closeable) {
    lastFirst.push(closeable);
    return closeable;
  }

  /** Closes all that was added since the last time; blocks as long as that takes. */
  @Override
  public void close() {
    while (!lastFirst.isEmpty()) {
      AutoCloseable next = lastFirst.pop();
      try {
        next.close();
      } catch (Exception e) {
        logger.warn("could not close {}", next, e);
      }
    }
  }
}
