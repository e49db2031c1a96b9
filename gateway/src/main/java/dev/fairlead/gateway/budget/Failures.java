package dev.fairlead.gateway.budget;

import dev.fairlead.common.failure.FailureException;
import java.util.concurrent.CompletionException;

/** Tells a refusal from a store that is away. */
final class Failures {

  private Failures() {}

  static boolean ofRequest(Throwable error) {
    return error instanceof FailureException
        || error instanceof CompletionException && error.getCause() instanceof FailureException;
  }
}
