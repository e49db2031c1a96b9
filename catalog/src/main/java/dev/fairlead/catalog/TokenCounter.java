package dev.fairlead.catalog;

import java.util.concurrent.CompletableFuture;

/**
 * Counts the tokens of a text as a family of models would. Thread-safe; {@link #count} never
 * blocks.
 */
public interface TokenCounter {

  /** Tokens of the text, 0 or more. */
  int count(String text);

  /**
   * Done when {@link #count} is as exact as it will be. Until then it estimates, because a
   * vocabulary takes some hundred milliseconds to load and counting happens on event loops.
   */
  default CompletableFuture<Void> loaded() {
    return CompletableFuture.completedFuture(null);
  }

  /** The counter for a vendor's model name; one that estimates when the family is not known. */
  static TokenCounter forModel(String upstream) {
    return TokenizerFamily.of(upstream).counter();
  }
}
