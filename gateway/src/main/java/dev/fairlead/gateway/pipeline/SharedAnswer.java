package dev.fairlead.gateway.pipeline;

import dev.fairlead.common.failure.Failure;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call's answer on its way to every identical request. What was told so far is kept in a list
 * that readers walk at their own pace; the upstream is asked for more as soon as the fastest reader
 * has everything, unless another is too far behind. One that has held the others back so for its
 * grace is let go. The call ends early only when nobody is left.
 */
final class SharedAnswer implements AnswerSink {

  private static final Logger logger = LoggerFactory.getLogger(SharedAnswer.class);

  private final SharedAnswers table;
  private final SharingKey key;
  private final SharedAnswers.Starter starter;
  private final List<SharedReader> readers = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();

  /** Where a follower starts; null when the beginning is no longer kept. */
  private @Nullable SharedPiece first;

  private volatile SharedPiece last;
  private volatile @Nullable AnswerHead head;
  private volatile @Nullable Ending ending;
  private @Nullable SharedReader leader;
  private @Nullable CallScope call;
  private @Nullable Runnable waiting;
  private boolean triedAgain;
  private boolean charged;

  SharedAnswer(SharedAnswers table, SharingKey key, SharedAnswers.Starter starter) {
    this.table = table;
    this.key = key;
    this.starter = starter;
    this.last = SharedPiece.beginning();
    this.first = last;
  }

  /** How an answer ended: one of the two is set. */
  record Ending(@Nullable Answer answer, @Nullable FailedAnswer failed) {}

  /** Starts the call for its first reader. */
  void lead(CallScope scope, SettledSink sink) {
    SharedReader reader;
    synchronized (lock) {
      reader = new SharedReader(this, scope, sink, last);
      reader.receipt().callStarted();
      leader = reader;
      readers.add(reader);
    }
    reader.watch();
    start(reader);
  }

  private void start(SharedReader reader) {
    CallScope own = reader.scope().detachedCall(table.timeout());
    boolean unwanted;
    synchronized (lock) {
      call = own;
      unwanted = readers.isEmpty();
    }
    if (unwanted) {
      own.cancel();
    }
    try {
      starter.start(own, reader.receipt(), this);
    } catch (RuntimeException | Error e) {
      logger.error("request {} could not start the call of several", own.requestId(), e);
      own.cancel();
      end(new Ending(null, FailedAnswer.of(new Failure.Internal("internal error"))));
    }
  }

  /** Adds a reader, unless it is too late for that. */
  boolean follow(CallScope scope, SettledSink sink) {
    SharedReader reader;
    synchronized (lock) {
      SharedPiece from = first;
      if (from == null || ending != null || readers.isEmpty()) {
        return false;
      }
      reader = new SharedReader(this, scope, sink, from);
      scope.steps().begin(StepTimes.Step.SHARED);
      readers.add(reader);
    }
    reader.watch();
    reader.advance();
    return true;
  }

  @Override
  public void begin(AnswerHead begun) {
    head = begun;
    advanceAll();
  }

  @Override
  public void piece(StreamPiece piece) {
    boolean closed = false;
    synchronized (lock) {
      last = last.append(piece);
      if (first != null && last.end() > table.maxBytes()) {
        first = null;
        closed = true;
      }
    }
    if (closed) {
      table.closed(key, this);
    }
    advanceAll();
  }

  private void advanceAll() {
    for (SharedReader reader : readers) {
      reader.advance();
    }
  }

  @Override
  public void whenReady(Runnable next) {
    synchronized (lock) {
      waiting = next;
    }
    askOn();
  }

  /** Asks the upstream for more if that is due: a reader has moved on or left. */
  void askOn() {
    Runnable next = null;
    synchronized (lock) {
      if (waiting != null && isMoreDue()) {
        next = waiting;
        waiting = null;
      }
    }
    if (next != null) {
      next.run();
    }
  }

  private boolean isMoreDue() {
    boolean wanted = false;
    boolean held = false;
    for (SharedReader reader : readers) {
      wanted |= reader.wantsMore();
    }
    for (SharedReader reader : readers) {
      boolean lags = last.end() - reader.position() > table.maxBytes();
      held |= lags;
      if (reader.holds(wanted && lags)) {
        letGoInTime(reader);
      }
    }
    return wanted && !held;
  }

  private void letGoInTime(SharedReader reader) {
    long left = table.graceNanos() - reader.heldNanos();
    reader
        .scope()
        .schedule(
            Math.max(0, left),
            () -> {
              boolean spent;
              synchronized (lock) {
                spent = reader.heldNanos() >= table.graceNanos();
              }
              if (spent) {
                reader.leave(
                    new Failure.Overloaded("the client reads too slowly to share an answer", null));
              }
            });
  }

  @Override
  public void complete(Answer answer) {
    end(new Ending(answer, null));
  }

  @Override
  public void fail(FailedAnswer failed) {
    SharedReader next = null;
    List<SharedReader> failing = List.of();
    boolean ofPayer = isOfPayer(failed.failure());
    synchronized (lock) {
      if (head == null && (ofPayer || (failed.failure().retryable() && !triedAgain))) {
        failing = failing(ofPayer);
        next = heir(failing);
        if (next != null) {
          triedAgain |= !ofPayer;
          leader = next;
          next.receipt().callStarted();
        }
      }
    }
    if (next == null) {
      end(new Ending(null, failed));
      return;
    }
    for (SharedReader reader : failing) {
      reader.leave(failed);
    }
    start(next);
  }

  /** Whether it was the money of who pays that was not enough; another's may be. */
  private static boolean isOfPayer(Failure failure) {
    return failure instanceof Failure.BudgetExceeded budget
        && budget.kind() == Failure.BudgetExceeded.Kind.QUOTA;
  }

  /** Whom a failure concerns that another reader's call may not meet. */
  private List<SharedReader> failing(boolean ofPayer) {
    CallScope failed = call;
    return readers.stream()
        .filter(reader ->
            reader == leader
                || (ofPayer && failed != null && reader.keyId().equals(failed.principal().keyId())))
        .toList();
  }

  private @Nullable SharedReader heir(List<SharedReader> failing) {
    for (SharedReader reader : readers) {
      if (!failing.contains(reader) && !reader.isLeaving()) {
        return reader;
      }
    }
    return null;
  }

  private void end(Ending end) {
    synchronized (lock) {
      ending = end;
      chargeIfUnclaimed();
    }
    table.closed(key, this);
    advanceAll();
  }

  /** A reader has its ending or gave up. */
  void left(SharedReader reader, boolean told) {
    CallScope unwanted = null;
    synchronized (lock) {
      readers.remove(reader);
      if (reader == leader) {
        leader = null;
        charged |= told;
        chargeIfUnclaimed();
      }
      if (readers.isEmpty() && ending == null) {
        unwanted = call;
      }
    }
    if (unwanted != null) {
      table.closed(key, this);
      unwanted.cancel();
    } else {
      askOn();
    }
  }

  /** The leader's own settlement pays for the call; when it went before the end, nobody's does. */
  private void chargeIfUnclaimed() {
    Ending end = ending;
    Answer answer = end == null ? null : end.answer();
    if (answer != null && leader == null && !charged && !answer.head().cache().answered()) {
      charged = true;
      Settlement settlement = answer.settlement();
      table
          .metrics()
          .charged(answer.head().modelId(), settlement.usage(), settlement.answerNanoUsd());
    }
  }

  boolean isLedBy(SharedReader reader) {
    synchronized (lock) {
      return leader == reader;
    }
  }

  @Nullable AnswerHead head() {
    return head;
  }

  @Nullable Ending ending() {
    return ending;
  }
}
