package dev.fairlead.gateway.limits;

import java.util.concurrent.CompletableFuture;

/**
 * Counts requests against limits. In any span of the window no more is let in than the limit, and a
 * refused request counts against nothing. Does not block; thread-safe.
 */
public interface LimitStore {

  /** How many parts a window is counted in; what is older than all of them is forgotten. */
  int PARTS = 60;

  /** Lets a request in against all of its owners' limits, or against none. */
  CompletableFuture<LimitDecision> admit(LimitDemand demand);

  /** Whether money that a demand wishes for can be held in the same step. */
  default boolean holdsMoney() {
    return false;
  }

  /**
   * A request that was let in has ended: another may take its place, and its tokens are known. Call
   * it once.
   *
   * @param tokens used in fact; negative when that is not known and the expected ones stay
   */
  void finish(LimitDemand demand, LimitDecision admitted, long tokens);
}
