package dev.fairlead.provider.call;

import java.util.List;

/**
 * Hears an answer. Calls come one after another, never two at once: parts, then exactly one of
 * {@link #onCompleted} and {@link #onFailed}. They come on the adapter's threads and must not
 * block.
 */
public interface AnswerListener {

  /**
   * Members of the request that the vendor will not see, perhaps none. Comes at most once, before
   * anything else and within {@link ModelProvider#open}; only for a form of which {@link
   * Capabilities#reports} says so.
   */
  default void onDropped(List<String> fields) {}

  /** The next part. A call that is not streamed has exactly one. */
  void onPart(AnswerPart part);

  /** The answer is complete. */
  void onCompleted(Completion completion);

  /** The answer will not be complete. */
  void onFailed(UpstreamFailure failure);

  /**
   * Whether more parts are wanted now. While it is false an adapter stops reading soon, and goes on
   * at {@link Exchange#resume}.
   */
  boolean ready();
}
