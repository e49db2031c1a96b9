package dev.fairlead.gateway.state;

/**
 * Keeps one document with a version. Implementations block and are thread-safe; an unreachable
 * store throws {@link java.io.UncheckedIOException}.
 */
public interface StateStore extends AutoCloseable {

  /**
   * A version of the document.
   *
   * @param version 0 before anything was stored, then counting up
   * @param json the document, empty for version 0
   */
  record Versioned(long version, String json) {

    /** Nothing stored yet. */
    public static final Versioned NONE = new Versioned(0, "");
  }

  /** The newest version. */
  Versioned read();

  /**
   * The newest version; where that is {@code known}, its document may be left out.
   *
   * @param known a version that the caller has, or -1
   */
  default Versioned readAfter(long known) {
    return read();
  }

  /**
   * Stores {@code json} as version {@code expected + 1}; false when that is not the newest any
   * more.
   */
  boolean replace(long expected, String json);

  /** Stores {@code last} again where an older version, or none, is kept. */
  void restore(Versioned last);

  /**
   * Runs {@code changed} soon after another holder has changed the document, on a thread of the
   * store's. A store that cannot tell never does; {@link #read} finds the change all the same.
   */
  default void onChange(Runnable changed) {}

  /** Frees what it holds. */
  @Override
  void close();
}
