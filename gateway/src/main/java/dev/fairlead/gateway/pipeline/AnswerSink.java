package dev.fairlead.gateway.pipeline;

/**
 * Where an answer goes. For a stream: {@link #begin} once, {@link #piece} any number of times, then
 * {@link #complete} or {@link #fail}; otherwise just one of the last two. Calls come one at a time,
 * from any thread, and must not block.
 */
public interface AnswerSink {

  /** A stream begins. */
  void begin(AnswerHead head);

  /** More of a stream. */
  void piece(StreamPiece piece);

  /** Runs {@code next} once, as soon as another piece can be taken; at once if it can be now. */
  void whenReady(Runnable next);

  /** The answer is complete. Last call. */
  void complete(Answer answer);

  /** There is no (more) answer. Last call. */
  void fail(FailedAnswer failed);
}
