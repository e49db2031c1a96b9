package dev.fairlead.tools.cost;

import org.jspecify.annotations.Nullable;

/** A report cannot be had; the message says why. */
final class CostException extends Exception {

  private static final long serialVersionUID = 1;

  CostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
