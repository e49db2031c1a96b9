package dev.fairlead.gateway.ledger;

/**
 * The database could not do what was asked. Log the message alone: drivers put the values of a
 * statement into theirs.
 */
public final class LedgerException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final boolean transientFailure;

  /**
   * Wraps.
   *
   * @param transientFailure whether the same may succeed later: the database is away, rather than
   *     that it refuses what it was given
   */
  public LedgerException(String message, Throwable cause, boolean transientFailure) {
    super(message, cause);
    this.transientFailure = transientFailure;
  }

  /** Whether another try can help. */
  public boolean isTransient() {
    return transientFailure;
  }
}
