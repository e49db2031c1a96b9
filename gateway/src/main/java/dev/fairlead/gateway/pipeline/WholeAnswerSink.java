package dev.fairlead.gateway.pipeline;

/** A sink of requests that are not streamed: only the end of an answer ever reaches it. */
public abstract class WholeAnswerSink implements AnswerSink {

  @Override
  public final void begin(AnswerHead head) {
    throw new IllegalStateException("an answer that is not streamed does not begin");
  }

  @Override
  public final void piece(StreamPiece piece) {
    throw new IllegalStateException("an answer that is not streamed has no pieces");
  }

  @Override
  public final void whenReady(Runnable next) {
    next.run();
  }
}
