package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.limits.RateLimiter;
import org.jspecify.annotations.Nullable;

/** Gives a request's permission back at its end, with the tokens that it took in fact. */
final class PassedSink implements AnswerSink {

  private final AnswerSink next;
  private volatile RateLimiter.@Nullable Pass pass;

  PassedSink(AnswerSink next) {
    this.next = next;
  }

  /** The permission of the request, as soon as it has one. */
  void hold(RateLimiter.Pass given) {
    pass = given;
  }

  @Override
  public void begin(AnswerHead head) {
    next.begin(head);
  }

  @Override
  public void piece(StreamPiece piece) {
    next.piece(piece);
  }

  @Override
  public void whenReady(Runnable ready) {
    next.whenReady(ready);
  }

  /** Stored and shared answers cost no tokens. */
  @Override
  public void complete(Answer answer) {
    boolean shared = answer.head().cache().answered();
    try {
      end(shared ? 0 : answer.settlement().usage().totalTokens());
    } finally {
      next.complete(answer);
    }
  }

  /** What reached no model took no tokens; of what broke off later only the estimate is known. */
  @Override
  public void fail(FailedAnswer failed) {
    try {
      end(failed.attempts() == 0 ? 0 : -1);
    } finally {
      next.fail(failed);
    }
  }

  private void end(long tokens) {
    RateLimiter.Pass held = pass;
    if (held != null) {
      held.end(tokens);
    }
  }
}
