package dev.fairlead.provider.generation;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.RetryPolicy;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.v1.AttemptResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request under way. Tries follow each other and never overlap: the same model again while the
 * retry policy and the provider's budget allow it, then the next candidate, then those that were
 * left alone because of failures before, all only until the first content has been passed on. Every
 * try after one that a vendor has failed costs the budget of that vendor's provider; moving on from
 * a refusal, ours or the vendor's, is free.
 */
public final class Generation {

  /** Parts without content that are kept back; a vendor that sends more is taken to have begun. */
  private static final int MOST_HELD_BACK = 64;

  private static final Duration NO_DEADLINE = Duration.ofNanos(Long.MAX_VALUE);

  private final GenerationRequest request;
  private final GenerationListener listener;
  private final RetryPolicy retries;
  private final TimeSource time;
  private final Runnable atEnd;
  private final List<AttemptRecord> attempts = new ArrayList<>();
  private final List<UpstreamFailure> failures = new ArrayList<>();
  private final Deque<Integer> leftAlone = new ArrayDeque<>();
  private int candidate;
  private int retriesOfCandidate;
  private boolean lastResort;
  private boolean reached;
  private boolean retriesSpent;

  private boolean cancelled;
  private boolean ended;
  private @Nullable Try current;
  private TimeSource.@Nullable Timer waiting;

  private Generation(
      GenerationRequest request,
      GenerationListener listener,
      RetryPolicy retries,
      TimeSource time,
      Runnable atEnd) {
    this.request = request;
    this.listener = listener;
    this.retries = retries;
    this.time = time;
    this.atEnd = atEnd;
  }

  /**
   * Begins. Never blocks; the listener may hear of the end before this method returns.
   *
   * @param atEnd runs once, after the listener has heard of the end
   */
  public static Generation start(
      GenerationRequest request,
      GenerationListener listener,
      RetryPolicy retries,
      TimeSource time,
      Runnable atEnd) {
    Generation generation = new Generation(request, listener, retries, time, atEnd);
    generation.next();
    return generation;
  }

  /** The listener is ready again. Any thread. */
  public void resume() {
    Try running;
    synchronized (this) {
      running = current;
    }
    if (running != null) {
      running.exchange().resume();
    }
  }

  /** The caller went away: the call to the vendor is ended. Any thread, any time. */
  public void cancel() {
    Try running;
    boolean nothingRuns;
    synchronized (this) {
      if (cancelled || ended) {
        return;
      }
      cancelled = true;
      running = current;
      nothingRuns = running == null && waiting != null;
      if (waiting != null) {
        waiting.cancel();
      }
    }
    if (running != null) {
      running.cancel();
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
    Candidate chosen = request.candidates().get(candidate);
    Try attempt = new Try(attempts.size() + 1, chosen);
    synchronized (this) {
      waiting = null;
      if (!cancelled) {
        current = attempt;
      }
    }
    if (isCancelled()) {
      fail(UpstreamFailure.cancelled());
      return;
    }
    if (!chosen.provider().capabilities().reports(request.form())) {
      attempt.announce(List.of());
    }
    ModelCall call =
        new ModelCall(
            chosen.model(),
            request.form(),
            request.streamed(),
            request.maxOutputTokens(),
            request.forwardHeaders(),
            timeLeft,
            lastResort,
            request.parent());
    attempt.opened(chosen.provider().open(call, attempt));
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  private void afterFailure(UpstreamFailure failure, boolean content) {
    synchronized (this) {
      current = null;
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
    return provider(candidate + 1)
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
    return !leftAlone.isEmpty() || (!lastResort && candidate + 1 < request.candidates().size());
  }

  /** The next candidate in order; after the last one, those that were only left alone once more. */
  private void nextCandidate() {
    retriesOfCandidate = 0;
    if (!lastResort && candidate + 1 < request.candidates().size()) {
      candidate++;
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

  /**
   * One try: numbers it, times it, and keeps what comes before the first content back, so that the
   * caller sees nothing of a try that fails before it.
   */
  private final class Try implements AnswerListener {
    private final List<AnswerPart> heldBack = new ArrayList<>(2);
    private final int number;
    private final Candidate chosen;
    private final long began = time.nanoTime();
    private long firstContent;
    private boolean content;
    private boolean announced;
    private @Nullable Exchange opened;
    private boolean cancelWanted;

    Try(int number, Candidate chosen) {
      this.number = number;
      this.chosen = chosen;
    }

    void opened(Exchange exchange) {
      boolean cancelNow;
      synchronized (this) {
        opened = exchange;
        cancelNow = cancelWanted;
      }
      if (cancelNow) {
        exchange.cancel(UpstreamFailure.cancelled());
      } else {
        // The listener may have become ready while nobody knew whom to tell.
        exchange.resume();
      }
    }

    /**
     * Tells that it begins. An adapter that reports says first what it drops, on the thread that
     * opens it; or it fails on the way there.
     */
    void announce(List<String> droppedFields) {
      if (!announced) {
        announced = true;
        listener.onAttemptStarted(
            number, chosen.model().id(), chosen.model().provider(), droppedFields);
      }
    }

    @Override
    public void onDropped(List<String> fields) {
      announce(fields);
    }

    synchronized Exchange exchange() {
      return opened == null ? Exchange.ENDED : opened;
    }

    void cancel() {
      synchronized (this) {
        cancelWanted = true;
      }
      exchange().cancel(UpstreamFailure.cancelled());
    }

    @Override
    public void onPart(AnswerPart part) {
      if (!content) {
        if (!part.content() && heldBack.size() < MOST_HELD_BACK) {
          heldBack.add(part);
          return;
        }
        content = true;
        firstContent = time.nanoTime();
        passHeldBack();
      }
      listener.onPart(part);
    }

    private void passHeldBack() {
      heldBack.forEach(listener::onPart);
      heldBack.clear();
    }

    @Override
    public void onCompleted(Completion completion) {
      passHeldBack();
      reached();
      AttemptRecord attempt =
          record(
              AttemptResult.ATTEMPT_RESULT_SUCCESS,
              completion.httpStatus(),
              completion.usage(),
              "");
      attempts.add(attempt);
      listener.onAttemptEnded(attempt);
      end(new GenerationOutcome.Answered(completion, List.copyOf(attempts)));
    }

    @Override
    public void onFailed(UpstreamFailure told) {
      announce(List.of());
      UpstreamFailure failure = WrongUpstream.explained(told, chosen.model());
      if (!failure.shed()) {
        reached();
      }
      AttemptRecord attempt =
          record(
              failure.result(), failure.httpStatus(), failure.usage(), failure.failure().message());
      attempts.add(attempt);
      listener.onAttemptEnded(attempt);
      afterFailure(failure, content);
    }

    /** The first try of a request that reaches a vendor pays into its budget, and no other one. */
    private void reached() {
      if (!reached) {
        reached = true;
        chosen.budget().deposit();
      }
    }

    @Override
    public boolean ready() {
      return listener.ready();
    }

    private AttemptRecord record(
        AttemptResult result, int httpStatus, @Nullable TokenUsage usage, String message) {
      Duration firstToken =
          content && request.streamed() ? Duration.ofNanos(firstContent - began) : null;
      return new AttemptRecord(
          number,
          chosen.model().id(),
          chosen.model().provider(),
          result,
          httpStatus,
          Duration.ofNanos(time.nanoTime() - began),
          firstToken,
          usage,
          message);
    }
  }
}
