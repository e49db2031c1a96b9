package dev.fairlead.gateway.state;

/** The document in memory: for a process that may keep nothing. */
public final class MemoryStateStore implements StateStore {

  private Versioned current = Versioned.NONE;

  @Override
  public synchronized Versioned read() {
    return current;
  }

  @Override
  public synchronized boolean replace(long expected, String json) {
    if (current.version() != expected) {
      return false;
    }
    current = new Versioned(expected + 1, json);
    return true;
  }

  @Override
  public synchronized void restore(Versioned last) {
    if (current.version() < last.version()) {
      current = last;
    }
  }

  @Override
  public void close() {}
}
