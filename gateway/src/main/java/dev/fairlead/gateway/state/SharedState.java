package dev.fairlead.gateway.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's copy of the shared document: {@link #current} is a field read, {@link #refresh} and
 * {@link #update} talk to the store, block, and belong on virtual threads. Thread-safe.
 */
public final class SharedState implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(SharedState.class);
  private static final int TRIES = 50;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final StateStore store;

  /** Not a monitor: holders wait for the store. */
  private final ReentrantLock talking = new ReentrantLock();

  private volatile long version = -1;
  private volatile GatewayState current = GatewayState.INITIAL;
  private volatile boolean reachable = true;

  /** A copy of what {@code store} keeps; nothing is read yet. */
  public SharedState(StateStore store) {
    this.store = store;
  }

  /** What is known; never blocks. */
  public GatewayState current() {
    return current;
  }

  /** Whether the store answered when it was last asked. */
  public boolean reachable() {
    return reachable;
  }

  /** Takes over what others have changed. An unreachable store leaves the copy as it is. */
  public void refresh() {
    talking.lock();
    try {
      take(store.read());
      reachable(true);
    } catch (UncheckedIOException e) {
      reachable(false);
    } finally {
      talking.unlock();
    }
  }

  /**
   * Changes the document, again on top of others' changes until none has come between.
   *
   * @param change pure; may be applied several times
   * @return the document after the change
   * @throws UncheckedIOException when the store cannot be reached
   */
  public GatewayState update(UnaryOperator<GatewayState> change) {
    talking.lock();
    try {
      for (int i = 0; i < TRIES; i++) {
        StateStore.Versioned newest = store.read();
        take(newest);
        GatewayState before = current;
        GatewayState after = change.apply(before);
        if (after.equals(before)) {
          return before;
        }
        if (store.replace(newest.version(), text(after))) {
          version = newest.version() + 1;
          current = after;
          reachable(true);
          return after;
        }
      }
      throw new IllegalStateException("the shared state changes faster than it can be changed");
    } finally {
      talking.unlock();
    }
  }

  private void take(StateStore.Versioned newest) {
    if (newest.version() != version) {
      current = newest.version() == 0 ? GatewayState.INITIAL : parsed(newest.json());
      version = newest.version();
    }
  }

  private static GatewayState parsed(String json) {
    try {
      return JSON.readValue(json, GatewayState.class);
    } catch (JsonProcessingException e) {
      logger.warn("the gateway's shared state cannot be read and begins anew: {}", e.getMessage());
      return GatewayState.INITIAL;
    }
  }

  private static String text(GatewayState state) {
    try {
      return JSON.writeValueAsString(state);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the gateway's state cannot be written", e);
    }
  }

  private void reachable(boolean now) {
    if (now != reachable) {
      reachable = now;
      if (now) {
        logger.info("the gateway's shared state is reachable again");
      } else {
        logger.warn("the gateway's shared state cannot be reached; the last known one stays");
      }
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
