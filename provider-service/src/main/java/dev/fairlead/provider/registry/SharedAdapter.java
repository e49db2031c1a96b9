package dev.fairlead.provider.registry;

import dev.fairlead.provider.call.ModelProvider;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An adapter that lives on from snapshot to snapshot while its entry is unchanged. It is closed
 * when the last snapshot that has it is no longer used, on a thread of its own, for closing may
 * block.
 */
final class SharedAdapter {

  private static final Logger logger = LoggerFactory.getLogger(SharedAdapter.class);

  private final String name;
  private final List<ModelProvider> keys;
  private final AtomicInteger snapshots = new AtomicInteger();

  /** An adapter, as often as there are keys to call with. */
  SharedAdapter(String name, List<ModelProvider> keys) {
    this.name = name;
    this.keys = List.copyOf(keys);
  }

  List<ModelProvider> keys() {
    return keys;
  }

  /** One more snapshot has it. */
  void retain() {
    snapshots.incrementAndGet();
  }

  /** One snapshot fewer. */
  void release() {
    if (snapshots.decrementAndGet() == 0) {
      discard();
    }
  }

  /** Frees what the adapter holds; most hold nothing. For one that no snapshot ever had. */
  void discard() {
    for (ModelProvider adapter : keys) {
      if (adapter instanceof AutoCloseable closeable) {
        Thread.ofVirtual().name("close-" + name).start(() -> close(closeable));
      }
    }
  }

  private void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      logger.warn("provider {} could not be closed", name, e);
    }
  }
}
