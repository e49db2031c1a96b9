package dev.fairlead.cache.verify;

import java.util.concurrent.CompletableFuture;

/**
 * Answers must be equal once case, punctuation and spacing are gone, however long they are. Right
 * where answers are labels, numbers or fixed texts; elsewhere it calls nearly everything different.
 */
public final class EqualityJudge implements AnswerJudge {

  @Override
  public CompletableFuture<Boolean> same(String kept, String fresh) {
    return CompletableFuture.completedFuture(AnswerPair.of(kept, fresh).equal());
  }
}
