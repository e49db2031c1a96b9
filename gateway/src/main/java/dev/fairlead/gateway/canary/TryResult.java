package dev.fairlead.gateway.canary;

import java.util.Arrays;
import java.util.Optional;

/** What one first try of the candidate came to. */
public enum TryResult {
  /** In time. */
  GOOD('+'),
  /** An answer, later than promised. */
  SLOW('s'),
  /** No answer from the candidate. */
  FAILED('x');

  private final char symbol;

  TryResult(char symbol) {
    this.symbol = symbol;
  }

  /** How it is written in a stored window. */
  char symbol() {
    return symbol;
  }

  static Optional<TryResult> of(char symbol) {
    return Arrays.stream(values()).filter(result -> result.symbol == symbol).findFirst();
  }
}
