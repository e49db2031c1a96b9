package dev.fairlead.cache.verify;

import java.util.concurrent.CompletableFuture;

/**
 * Says whether two answers to nearly the same request say the same. Thread-safe, does not block.
 */
public interface AnswerJudge {

  /**
   * Whether a user who got {@code kept} instead of {@code fresh} got a right answer. Fails when it
   * cannot tell; then the pair is no evidence.
   */
  CompletableFuture<Boolean> same(String kept, String fresh);
}
