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
 * The gateway's copy of a shared document: {@link #current} is a field read, {@link #refresh} and
 * {@link #update} talk to the store, block, and belong on virtual threads. A store that has lost
 * the document gets the newest copy back. Thread-safe.
 *
 * @param <T> an immutable record that Jackson can write and read
 */
public class SharedDocument<T> implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(SharedDocument.class);
  private static final int TRIES = 50;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final StateStore store;
  private final String name;
  private final Class<T> type;
  private final T initial;

  /** Not a monitor: holders wait for the store. */
  private final ReentrantLock talking = new ReentrantLock();

  private volatile long version = -1;
  private volatile T current;
  private volatile boolean reachable = true;

  /**
   * A copy of what {@code store} keeps; nothing is read yet.
   *
   * @param name what it is, for the log
   * @param initial the document before anything was stored
   */
  public SharedDocument(StateStore store, String name, Class<T> type, T initial) {
    this.store = store;
    this.name = name;
    this.type = type;
    this.initial = initial;
    this.current = initial;
  }

  /** Runs {@code changed} soon after others have changed the document, where the store can tell. */
  public void onChange(Runnable changed) {
    store.onChange(changed);
  }

  /** Whether the document was ever read: until then {@link #current} is only the initial one. */
  public boolean known() {
    return version >= 0;
  }

  /** What is known; never blocks. */
  public T current() {
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
      refreshOrThrow();
    } catch (UncheckedIOException e) {
      reachable(false);
    } finally {
      talking.unlock();
    }
  }

  private void refreshOrThrow() {
    StateStore.Versioned newest = store.readAfter(version);
    take(newest.version() < version ? restored() : newest);
    reachable(true);
  }

  /**
   * Changes the document, again on top of others' changes until none has come between.
   *
   * @param change pure; may be applied several times
   * @return the document after the change
   * @throws UncheckedIOException when the store cannot be reached
   */
  public T update(UnaryOperator<T> change) {
    talking.lock();
    try {
      for (int i = 0; i < TRIES; i++) {
        refreshOrThrow();
        T before = current;
        T after = change.apply(before);
        if (after.equals(before)) {
          return before;
        }
        if (store.replace(version, text(after))) {
          version = version + 1;
          current = after;
          reachable(true);
          return after;
        }
      }
      throw new IllegalStateException(name + " changes faster than it can be changed");
    } finally {
      talking.unlock();
    }
  }

  /** The store knows less than this copy: it has lost the document, or begun anew. */
  private StateStore.Versioned restored() {
    logger.warn("the store has lost {} and gets version {} back", name, version);
    store.restore(new StateStore.Versioned(version, text(current)));
    return store.read();
  }

  private void take(StateStore.Versioned newest) {
    if (newest.version() != version) {
      current = newest.version() == 0 ? initial : parsed(newest.json());
      version = newest.version();
    }
  }

  /** The document in the place of a text that cannot be read; the text stays in the store. */
  protected T unreadable(JsonProcessingException error) {
    logger.warn("{} cannot be read and begins anew: {}", name, error.getMessage());
    return initial;
  }

  private T parsed(String json) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      return unreadable(e);
    }
  }

  private String text(T state) {
    try {
      return JSON.writeValueAsString(state);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(name + " cannot be written", e);
    }
  }

  private void reachable(boolean now) {
    if (now != reachable) {
      reachable = now;
      if (now) {
        logger.info("{} can be reached again", name);
      } else {
        logger.warn("{} cannot be reached; the last known one stays", name);
      }
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
