package dev.fairlead.cache.store;

/**
 * The store did not answer inside its time-box, or was not asked because it has been failing.
 * Without a stack trace.
 */
public final class StoreUnavailableException extends RuntimeException {

  /** Says why. */
  public StoreUnavailableException(String message) {
    super(message, null, false, false);
  }
}
