package dev.fairlead.provider.generation;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.Hedging;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.v1.AttemptResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A request's first try, and beside it a second one that starts when the first is slow. They run on
 * threads of their own; here is decided which of them the caller hears, and nothing else of the
 * request is shared: what the other one has to report is kept until the leader tells it. The leader
 * is the first with content, else the last one left. The request ends when both have ended.
 * Thread-safe; runs nothing foreign under its lock but the permission of {@link #join}.
 */
final class Race {

  private static final UpstreamFailure OVERTAKEN =
      UpstreamFailure.of(
          new Failure.Cancelled("another try answered first"),
          UpstreamFailure.Next.NOTHING,
          AttemptResult.ATTEMPT_RESULT_CANCELLED);

  private final Hedging hedging;
  private final Try first;
  private final boolean streamed;
  private final TimeSource time;
  private final List<AttemptRecord> untold = new ArrayList<>(1);
  private final List<UpstreamFailure> failures = new ArrayList<>(1);
  private @Nullable Try second;
  private @Nullable Try leader;
  private long reserved;
  private boolean counted;
  private int running = 1;
  private @Nullable Runnable leadersEnd;
  private TimeSource.@Nullable Timer timer;

  /** A first try, which is about to be opened. */
  Race(Hedging hedging, Try first, boolean streamed, TimeSource time) {
    this.hedging = hedging;
    this.first = first;
    this.streamed = streamed;
    this.time = time;
  }

  /** The timer that starts a second try; stopped as soon as it has come too late. */
  synchronized void watchedBy(TimeSource.Timer newTimer) {
    if (leader == null) {
      timer = newTimer;
    } else {
      newTimer.cancel();
    }
  }

  /**
   * A second try takes part; false when there is nothing left to win, or no permission.
   *
   * @param permission what was set aside for it; negative for none
   */
  synchronized boolean join(Try other, LongSupplier permission) {
    if (leader != null) {
      return false;
    }
    reserved = permission.getAsLong();
    if (reserved < 0) {
      return false;
    }
    second = other;
    running = 2;
    return true;
  }

  /** Whether the caller hears this try, which has content; the other one is then let go. */
  boolean claim(Try claiming) {
    Try overtaken;
    synchronized (this) {
      if (leader != null) {
        return leader == claiming;
      }
      overtaken = lead(claiming);
      if (second != null) {
        count(claiming == second ? Hedging.Result.WON : Hedging.Result.LOST);
      }
    }
    letGo(overtaken);
    return true;
  }

  /** Makes it the leader; the other one, if it still runs, is to be let go. */
  private @Nullable Try lead(Try newLeader) {
    leader = newLeader;
    if (timer != null) {
      timer.cancel();
    }
    if (running < 2) {
      return null;
    }
    return newLeader == first ? second : first;
  }

  private void letGo(@Nullable Try overtaken) {
    if (overtaken != null) {
      if (overtaken == first) {
        hedging.firstContent(first.model().id(), streamed, time.nanoTime() - first.began());
      }
      overtaken.cancel(OVERTAKEN);
    }
  }

  /**
   * A try failed. True when that decides how the request goes on; else it is kept for the leader to
   * tell. A failure that is the request's own fault, or the caller's leaving, decides at once.
   */
  boolean decides(Try failed, UpstreamFailure failure, AttemptRecord attempt) {
    Try overtaken = null;
    Runnable end = null;
    boolean decides;
    synchronized (this) {
      boolean forAll = failed == first && failure.next() == UpstreamFailure.Next.NOTHING;
      if (leader == null && (running < 2 || forAll)) {
        overtaken = lead(failed);
        if (overtaken != null) {
          count(Hedging.Result.LOST);
        }
      }
      decides = leader == failed;
      if (failed == second && failure.result() != AttemptResult.ATTEMPT_RESULT_CANCELLED) {
        count(Hedging.Result.FAILED);
      }
      if (!decides) {
        failures.add(failure);
        end = leave(failed, attempt);
      }
    }
    letGo(overtaken);
    if (end != null) {
      end.run();
    }
    return decides;
  }

  private void count(Hedging.Result result) {
    if (!counted) {
      counted = true;
      hedging.ended(result);
    }
  }

  /** A try was complete, but too late. */
  void late(Try late, AttemptRecord attempt) {
    Runnable end;
    synchronized (this) {
      end = leave(late, attempt);
    }
    if (end != null) {
      end.run();
    }
  }

  private @Nullable Runnable leave(Try leaving, AttemptRecord attempt) {
    untold.add(attempt);
    running--;
    hedging.spent(reserved, leaving.model(), attempt.usage());
    Runnable end = leadersEnd;
    leadersEnd = null;
    return end;
  }

  /** The leader has ended; the rest waits until the other one has, too. */
  void ended(Runnable rest) {
    synchronized (this) {
      running--;
      if (running > 0) {
        leadersEnd = rest;
        return;
      }
    }
    rest.run();
  }

  /** Whether the other try is the one that the caller hears. */
  synchronized boolean overtook(Try other) {
    return leader != null && leader != other;
  }

  /** Tries that ended without having been told, for the leader to tell. */
  synchronized List<AttemptRecord> takeUntold() {
    List<AttemptRecord> taken = List.copyOf(untold);
    untold.clear();
    return taken;
  }

  /** Failures of tries that did not decide. */
  synchronized List<UpstreamFailure> failures() {
    return List.copyOf(failures);
  }

  /** The try that ran beside that one; null when none did. */
  synchronized @Nullable Try besides(Try one) {
    return one == first ? second : first;
  }

  /** The listener is ready again. */
  void resume() {
    first.exchange().resume();
    Try other = second();
    if (other != null) {
      other.exchange().resume();
    }
  }

  /** The caller went away. */
  void cancel() {
    first.cancel(UpstreamFailure.cancelled());
    Try other = second();
    if (other != null) {
      other.cancel(UpstreamFailure.cancelled());
    }
  }

  private synchronized @Nullable Try second() {
    return second;
  }
}
