package dev.fairlead.provider.generation;

import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.Hedging;
import dev.fairlead.provider.resilience.RetryPolicy;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request under way. Tries follow each other: the same model again while the retry policy and
 * the provider's budget allow it, then the next candidate, then those that were left alone because
 * of failures before, all only until the first content has been passed on. Every try after one that
 * a vendor has failed costs the budget of that vendor's provider; moving on from a refusal, ours or
 * the vendor's, is free. Where hedging is on, a second try may run beside a slow first one ({@link
 * Race}).
 */
public final class Generation {

  private static final Duration NO_DEADLINE = Duration.ofNanos(Long.MAX_VALUE);

  private final GenerationRequest request;
  private final GenerationListener listener;
  private final RetryPolicy retries;
  private final TimeSource time;
  private final @Nullable Hedging hedging;
  private final Runnable atEnd;
  private final List<AttemptRecord> attempts = new ArrayList<>();
  private final List<UpstreamFailure> failures = new ArrayList<>();
  private final Deque<Integer> leftAlone = new ArrayDeque<>();
  private int candidate;

  /** A later candidate that has failed beside the first, and has its turn behind it; 0 for none. */
  private int alreadyAsked;

  private int retriesOfCandidate;
  private boolean lastResort;
  private boolean reached;
  private boolean retriesSpent;

  private boolean cancelled;
  private boolean ended;
  private @Nullable Try current;
  private @Nullable Race race;
  private TimeSource.@Nullable Timer waiting;

  private Generation(
      GenerationRequest request,
      GenerationListener listener,
      RetryPolicy retries,
      TimeSource time,
      @Nullable Hedging hedging,
      Runnable atEnd) {
    this.request = request;
    this.listener = listener;
    this.retries = retries;
    this.time = time;
    this.hedging = hedging;
    this.atEnd = atEnd;
  }

  /**
   * Begins. Never blocks; the listener may hear of the end before this method returns.
   *
   * @param hedging null for tries that only follow each other
   * @param atEnd runs once, after the listener has heard of the end
   */
  public static Generation start(
      GenerationRequest request,
      GenerationListener listener,
      RetryPolicy retries,
      TimeSource time,
      @Nullable Hedging hedging,
      Runnable atEnd) {
    Generation generation = new Generation(request, listener, retries, time, hedging, atEnd);
    generation.next();
    return generation;
  }

  /** The listener is ready again. Any thread. */
  public void resume() {
    Try running;
    Race both;
    synchronized (this) {
      running = current;
      both = race;
    }
    if (both != null) {
      both.resume();
    } else if (running != null) {
      running.exchange().resume();
    }
  }

  /** The caller went away: the call to the vendor is ended. Any thread, any time. */
  public void cancel() {
    Try running;
    Race both;
    boolean nothingRuns;
    synchronized (this) {
      if (cancelled || ended) {
        return;
      }
      cancelled = true;
      running = current;
      both = race;
      nothingRuns = running == null && waiting != null;
      if (waiting != null) {
        waiting.cancel();
      }
    }
    if (both != null) {
      both.cancel();
    } else if (running != null) {
      running.cancel(UpstreamFailure.cancelled());
    } else if (nothingRuns) {
      fail(UpstreamFailure.cancelled());
    }
  }

  private void next() {
    Duration timeLeft = timeLeft();
    if (!timeLeft.isPositive()) {
      fail(UpstreamFailure.timeout("the caller's deadline passed before an answer began"));
      return;
    }
    Try attempt = new Try(attempts.size() + 1, candidate, request, listener, time, this);
    if (hedging != null) {
      attempt.measuredBy(hedging);
    }
    Duration patience = hedging == null ? null : patience(hedging, attempt);
    Race newRace = hedging == null || patience == null ? null : attempt.race(hedging);
    synchronized (this) {
      waiting = null;
      if (!cancelled) {
        current = attempt;
        race = newRace;
      }
    }
    if (isCancelled()) {
      fail(UpstreamFailure.cancelled());
      return;
    }
    attempt.open(timeLeft, lastResort);
    if (newRace != null && patience != null) {
      Duration wait = patience;
      newRace.watchedBy(time.schedule(wait, () -> hedge(newRace, wait)));
    }
  }

  /** How long the first try may take before a second one starts; null when none should. */
  private @Nullable Duration patience(Hedging hedges, Try attempt) {
    if (!attempts.isEmpty() || lastResort) {
      return null;
    }
    hedges.requested();
    return repeatable() ? hedges.wait(attempt.model().id(), request.streamed()).orElse(null) : null;
  }

  /** Answers of this dialect may be kept at the vendor: two requests would leave two of them. */
  private boolean repeatable() {
    return request.form().dialect() != Dialect.DIALECT_OPENAI_RESPONSES;
  }

  /** The first try is slow: the next candidate is asked as well, or the only one once more. */
  private void hedge(Race running, Duration waited) {
    Hedging hedges = hedging;
    Duration timeLeft = timeLeft();
    // A second try needs about as long as the first one was given.
    if (hedges == null || isCancelled() || timeLeft.compareTo(waited) <= 0) {
      return;
    }
    int position = request.candidates().size() > 1 ? 1 : 0;
    Try second = new Try(2, position, request, listener, time, this);
    second.measuredBy(hedges);
    second.join(running);
    long output = request.streamed() ? 0 : request.maxOutputTokens();
    if (running.join(second, () -> hedges.reserve(second.model(), requestBytes(), output))) {
      second.open(timeLeft, false);
      if (isCancelled()) {
        second.cancel(UpstreamFailure.cancelled());
      }
    }
  }

  private long requestBytes() {
    return switch (request.form()) {
      case RequestForm.Raw raw -> raw.request().getBody().size();
      case RequestForm.Typed typed -> typed.request().getSerializedSize();
    };
  }

  /** What a race has kept, before its leader goes on. */
  void tellKept(Race told) {
    for (AttemptRecord attempt : told.takeUntold()) {
      attempts.add(attempt);
      listener.onAttemptEnded(attempt);
    }
  }

  /** A try has answered. */
  void answered(Try attempt, AttemptRecord record, Completion completion) {
    reached(attempt);
    attempts.add(record);
    listener.onAttemptEnded(record);
    end(new GenerationOutcome.Answered(completion, List.copyOf(attempts)));
  }

  /** A try has failed, and no other one runs. */
  void failed(Try attempt, AttemptRecord record, UpstreamFailure failure) {
    if (!failure.shed()) {
      reached(attempt);
    }
    attempts.add(record);
    listener.onAttemptEnded(record);
    Race ran = attempt.race();
    if (ran != null) {
      failures.addAll(ran.failures());
      candidate = attempt.position();
      noteBeside(ran, attempt);
    }
    afterFailure(failure, attempt.content());
  }

  /** The try beside the one that failed last has failed before. */
  private void noteBeside(Race ran, Try last) {
    Try beside = ran.besides(last);
    if (beside == null || beside.position() == candidate) {
      return;
    }
    alreadyAsked = Math.max(beside.position(), candidate);
    boolean spared =
        ran.failures().stream().anyMatch(f -> f.next() == UpstreamFailure.Next.LAST_RESORT);
    if (spared) {
      leftAlone.add(beside.position());
    }
  }

  /** The first try of a request that reaches a vendor pays into its budget, and no other one. */
  private void reached(Try attempt) {
    if (!reached) {
      reached = true;
      attempt.budget().deposit();
    }
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  private void afterFailure(UpstreamFailure failure, boolean content) {
    synchronized (this) {
      current = null;
      race = null;
    }
    if (content || failure.next() == UpstreamFailure.Next.NOTHING || isCancelled()) {
      fail(failure);
      return;
    }
    failures.add(failure);
    Candidate failed = request.candidates().get(candidate);
    if (failure.shed()) {
      if (failure.next() == UpstreamFailure.Next.LAST_RESORT && !lastResort) {
        leftAlone.add(candidate);
      }
      nextCandidate();
      return;
    }
    Optional<Duration> delay = retryDelay(failure);
    if (delay.isEmpty() && !another()) {
      retriesSpent = retriesSpent || retriesOfCandidate > 0;
      fail(TellingFailure.of(failures));
    } else if (!(delay.isEmpty() && refusedAtOnce(failure)) && !failed.budget().withdraw()) {
      // Whoever comes again now meets the same trouble, and more of it.
      retriesSpent = true;
      fail(TellingFailure.of(failures));
    } else if (delay.isPresent()) {
      retriesOfCandidate++;
      later(delay.get());
    } else {
      nextCandidate();
    }
  }

  /**
   * A refusal is no load: moving on from it is free. A rate limit is one as long as the next try is
   * made elsewhere.
   */
  private boolean refusedAtOnce(UpstreamFailure failure) {
    if (failure.result() != AttemptResult.ATTEMPT_RESULT_RATE_LIMITED) {
      return failure.result() == AttemptResult.ATTEMPT_RESULT_REJECTED;
    }
    return provider(following())
        .map(next -> !provider(candidate).equals(Optional.of(next)))
        .orElse(false);
  }

  private Optional<String> provider(int position) {
    return position < request.candidates().size()
        ? Optional.of(request.candidates().get(position).model().provider())
        : Optional.empty();
  }

  /** A vendor that asks for time is given it only when there is nobody else to ask meanwhile. */
  private Optional<Duration> retryDelay(UpstreamFailure failure) {
    boolean askedToWait =
        failure.result() == AttemptResult.ATTEMPT_RESULT_RATE_LIMITED
            && failure.failure().retryAfter() != null;
    if (lastResort || (askedToWait && another())) {
      return Optional.empty();
    }
    return retries.delay(failure, retriesOfCandidate, request.clientRetries(), timeLeft());
  }

  private boolean another() {
    return !leftAlone.isEmpty() || (!lastResort && following() < request.candidates().size());
  }

  /** The candidate after this one that has not had its turn; may be beyond the last. */
  private int following() {
    int next = candidate + 1;
    return next == alreadyAsked ? next + 1 : next;
  }

  /** The next candidate in order; after the last one, those that were only left alone once more. */
  private void nextCandidate() {
    retriesOfCandidate = 0;
    if (!lastResort && following() < request.candidates().size()) {
      candidate = following();
      next();
      return;
    }
    lastResort = true;
    Integer again = leftAlone.poll();
    if (again == null) {
      fail(TellingFailure.of(failures));
      return;
    }
    candidate = again;
    next();
  }

  private void later(Duration delay) {
    synchronized (this) {
      if (!cancelled) {
        waiting = time.schedule(delay, this::next);
        return;
      }
    }
    fail(UpstreamFailure.cancelled());
  }

  private void fail(UpstreamFailure failure) {
    end(new GenerationOutcome.Failed(failure, List.copyOf(attempts), retriesSpent));
  }

  private void end(GenerationOutcome outcome) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      current = null;
      race = null;
    }
    try {
      listener.onEnded(outcome);
    } finally {
      atEnd.run();
    }
  }

  private Duration timeLeft() {
    return request.deadlineNanos() == Long.MAX_VALUE
        ? NO_DEADLINE
        : Duration.ofNanos(request.deadlineNanos() - time.nanoTime());
  }
}
