package dev.fairlead.gateway.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fairlead.gateway.state.SharedDocument;
import dev.fairlead.gateway.state.StateStore;
import java.io.UncheckedIOException;

/**
 * This replica's copy of the keys. A document that cannot be read is as good as unreachable: the
 * last known keys stay, and without any nobody is let in.
 */
public final class SharedKeyBook extends SharedDocument<KeyBook> {

  /** A copy of what {@code store} keeps; nothing is read yet. */
  public SharedKeyBook(StateStore store) {
    super(store, "the list of keys", KeyBook.class, KeyBook.EMPTY);
  }

  @Override
  protected KeyBook unreadable(JsonProcessingException error) {
    throw new UncheckedIOException("the list of keys cannot be read", error);
  }
}
