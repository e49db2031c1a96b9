package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The pieces of a stored answer told one after the other, as a model would, for clients that show
 * an answer while it is written. Runs on the request's event loop and does not block it; ends with
 * the request.
 */
final class PacedReplay {

  private final InferenceCall call;
  private final Iterator<StreamPiece> pieces;
  private final long gapNanos;
  private final Runnable told;
  private boolean ended;

  /**
   * A replay that has not begun.
   *
   * @param gapNanos time between two pieces, above 0
   * @param told runs after the last piece
   */
  PacedReplay(InferenceCall call, List<StreamPiece> pieces, long gapNanos, Runnable told) {
    this.call = call;
    this.pieces = pieces.iterator();
    this.gapNanos = gapNanos;
    this.told = told;
  }

  /** The events of a stream, each by itself. */
  static List<StreamPiece> events(ByteString sse) {
    List<StreamPiece> events = new ArrayList<>();
    int from = 0;
    for (int i = 1; i < sse.size(); i++) {
      boolean emptyLine =
          sse.byteAt(i) == '\n'
              && (sse.byteAt(i - 1) == '\n'
                  || (i > 1 && sse.byteAt(i - 1) == '\r' && sse.byteAt(i - 2) == '\n'));
      if (emptyLine) {
        events.add(new StreamPiece.Events(sse.substring(from, i + 1)));
        from = i + 1;
      }
    }
    if (from < sse.size()) {
      events.add(new StreamPiece.Events(sse.substring(from)));
    }
    return events;
  }

  void start() {
    call.scope.whenEnded(() -> call.scope.onLoop(() -> call.step(this::stop)));
    next();
  }

  private void next() {
    if (ended) {
      return;
    }
    if (pieces.hasNext()) {
      call.sink.piece(pieces.next());
    }
    if (pieces.hasNext()) {
      call.scope.schedule(
          gapNanos,
          () ->
              call.scope.onLoop(() ->
                  call.step(() ->
                      call.sink.whenReady(() -> call.scope.onLoop(() -> call.step(this::next))))));
    } else {
      ended = true;
      told.run();
    }
  }

  private void stop() {
    if (ended) {
      return;
    }
    ended = true;
    call.fail(
        FailedAnswer.of(
            call.scope.isPastDeadline()
                ? new Failure.Timeout("the request's time is over")
                : new Failure.Cancelled("the caller went away")));
  }
}
