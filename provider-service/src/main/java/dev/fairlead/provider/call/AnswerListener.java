package dev.fairlead.provider.call;

/**
 * Hears an answer. Calls come one after another, never two at once: parts, then exactly one of
 * {@link #onCompleted} and {@link #onFailed}. They come on the adapter's threads and must not
 * block.
 */
public interface AnswerListener {

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
