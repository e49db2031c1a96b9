package dev.fairlead.common.failure;

/**
 * A {@link Failure} on its way up. Without a stack trace: the failure itself says all that matters.
 */
public final class FailureException extends RuntimeException {

  private final transient Failure failure;

  /** Wraps a failure. */
  public FailureException(Failure failure) {
    super(failure.message(), null, false, false);
    this.failure = failure;
  }

  /** The failure. */
  public Failure failure() {
    return failure;
  }
}
