package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request's way through a shared answer. Any thread may move it on; one at a time does, and
 * takes over what the others saw meanwhile.
 */
final class SharedReader {

  private static final Logger logger = LoggerFactory.getLogger(SharedReader.class);

  /** Most bytes of a backlog that are handed on at once. */
  private static final int BATCH_BYTES = 16 << 10;

  private final SharedAnswer answer;
  private final CallScope scope;
  private final SettledSink sink;
  private final long joinedNanos;
  private final AtomicInteger work = new AtomicInteger();
  private final AtomicReference<@Nullable FailedAnswer> leaving = new AtomicReference<>();
  private volatile SharedPiece at;
  private volatile boolean ready = true;
  private volatile boolean done;
  private boolean begun;
  private long firstPieceNanos = -1;

  /** How long it held others back, and since when it does; guarded by the answer's lock. */
  private long heldNanos;

  private long holdsSince;

  SharedReader(SharedAnswer answer, CallScope scope, SettledSink sink, SharedPiece from) {
    this.answer = answer;
    this.scope = scope;
    this.sink = sink;
    this.at = from;
    this.joinedNanos = scope.elapsedNanos();
  }

  CallScope scope() {
    return scope;
  }

  /** Id of the key that asks; empty without one. */
  String keyId() {
    return scope.principal().keyId();
  }

  Receipt receipt() {
    return sink.receipt();
  }

  /** Leaves when the request is cancelled or past its deadline. */
  void watch() {
    scope.whenEnded(() -> {
      if (!done) {
        Failure end =
            scope.isPastDeadline()
                ? new Failure.Timeout("the request's time is over")
                : new Failure.Cancelled("the caller went away");
        leave(end);
      }
    });
  }

  /** Ends this request, and only this one. */
  void leave(Failure why) {
    AnswerHead head = answer.head();
    String model = head == null ? FailedAnswer.NO_MODEL : head.modelId();
    leave(new FailedAnswer(why, null, List.of(), false, model));
  }

  /** Ends this request, and only this one. */
  void leave(FailedAnswer why) {
    if (leaving.compareAndSet(null, why)) {
      advance();
    }
  }

  boolean isLeaving() {
    return leaving.get() != null;
  }

  /** Bytes of the answer that were handed on. */
  long position() {
    return at.end();
  }

  /** Whether everything that has come was handed on and more could be. */
  boolean wantsMore() {
    return ready && !done && at.next() == null;
  }

  /**
   * Notes whether this reader holds others back now; whether that has just begun. Called under the
   * answer's lock, like {@link #heldNanos}.
   */
  boolean holds(boolean now) {
    boolean before = holdsSince != 0;
    if (before && !now) {
      heldNanos = heldNanos();
      holdsSince = 0;
    } else if (now && !before) {
      holdsSince = Math.max(1, scope.elapsedNanos());
      return true;
    }
    return false;
  }

  /** How long this reader has held others back so far. */
  long heldNanos() {
    return heldNanos + (holdsSince == 0 ? 0 : scope.elapsedNanos() - holdsSince);
  }

  /** Hands on what can be handed on now. */
  void advance() {
    if (work.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      try {
        turn();
      } catch (RuntimeException | Error e) {
        logger.error("request {} failed while its answer was told", scope.requestId(), e);
        leaving.compareAndSet(null, FailedAnswer.of(new Failure.Internal("internal error")));
        quit();
      }
      seen = work.addAndGet(-seen);
    } while (seen != 0);
  }

  private void turn() {
    while (!done) {
      if (isLeaving()) {
        quit();
        return;
      }
      if (!ready) {
        return;
      }
      AnswerHead head = answer.head();
      if (head != null && !begun) {
        begun = true;
        sink.begin(own(head));
      }
      SharedPiece next = at.next();
      if (next != null) {
        take(next);
        answer.askOn();
        continue;
      }
      SharedAnswer.Ending ending = answer.ending();
      if (ending == null) {
        answer.askOn();
        return;
      }
      if (at.next() == null) {
        end(ending);
      }
    }
  }

  private void take(SharedPiece next) {
    if (firstPieceNanos < 0) {
      firstPieceNanos = scope.elapsedNanos();
    }
    ready = false;
    tell(next);
    sink.whenReady(() -> {
      ready = true;
      advance();
    });
  }

  /** Hands on {@code next} and what has come behind it, a backlog in few large writes. */
  private void tell(SharedPiece next) {
    SharedPiece piece = next;
    ByteString events = ByteString.EMPTY;
    long bytes = at.end() + BATCH_BYTES;
    do {
      at = piece;
      switch (piece.piece()) {
        case StreamPiece.Events more -> events = events.concat(more.sse());
        case StreamPiece.Delta delta -> sink.piece(delta);
        case null -> throw new IllegalStateException("the beginning is no piece");
      }
      piece = piece.next();
    } while (piece != null && piece.end() <= bytes);
    if (!events.isEmpty()) {
      sink.piece(new StreamPiece.Events(events));
    }
  }

  private void end(SharedAnswer.Ending ending) {
    boolean leads = answer.isLedBy(this);
    done = true;
    answer.left(this, true);
    Answer complete = ending.answer();
    FailedAnswer failed = ending.failed();
    if (complete != null) {
      sink.complete(leads ? complete : own(complete));
    } else if (failed != null) {
      sink.fail(failed);
    }
  }

  private void quit() {
    if (!done) {
      done = true;
      answer.left(this, false);
      FailedAnswer why = leaving.get();
      if (why != null) {
        sink.fail(why);
      }
    }
  }

  /** The head as this request sees it: what others pay for costs it nothing. */
  private AnswerHead own(AnswerHead head) {
    if (answer.isLedBy(this)) {
      return head;
    }
    CacheUse use = head.cache().answered() ? head.cache() : CacheUse.COALESCED;
    return new AnswerHead(
        scope.requestId(),
        head.modelId(),
        head.policy(),
        "cache_" + use.label(),
        head.complexity(),
        use,
        use == CacheUse.SEMANTIC ? head.similarity() : OptionalDouble.empty(),
        head.ageSeconds(),
        0,
        joinedNanos,
        null,
        head.droppedFields(),
        head.settled(),
        Map.of());
  }

  private Answer own(Answer shared) {
    Settlement settlement = shared.settlement();
    return new Answer(
        own(shared.head()),
        new Settlement(
            settlement.usage(),
            0,
            0,
            settlement.savedNanoUsd() + settlement.costNanoUsd(),
            settlement.finishReason(),
            List.of(),
            scope.elapsedNanos(),
            firstPieceNanos < 0 ? OptionalLong.empty() : OptionalLong.of(firstPieceNanos),
            settlement.expectation(),
            null),
        shared.raw(),
        shared.chat(),
        shared.usageEvent(),
        shared.responseHeaders(),
        shared.servedEntry());
  }
}
