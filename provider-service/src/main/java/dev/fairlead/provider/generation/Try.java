package dev.fairlead.provider.generation;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.Hedging;
import dev.fairlead.provider.resilience.RetryBudget;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.provider.usage.UsageEstimate;
import dev.fairlead.v1.AttemptResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One try: numbers it, times it, and keeps what comes before the first content back, so that the
 * caller sees nothing of a try that fails before it, or that another one overtakes.
 */
final class Try implements AnswerListener {

  /** Parts without content that are kept back; a vendor that sends more is taken to have begun. */
  private static final int MOST_HELD_BACK = 64;

  private final int number;
  private final int position;
  private final Candidate chosen;
  private final GenerationRequest request;
  private final GenerationListener listener;
  private final TimeSource time;
  private final Generation generation;
  private final List<AnswerPart> heldBack = new ArrayList<>(2);
  private final long began;
  private @Nullable Race race;
  private @Nullable Hedging hedging;
  private boolean quiet;
  private List<String> dropped = List.of();
  private @Nullable ModelCall call;
  private long firstContent;
  private boolean content;
  private boolean announced;
  private @Nullable Exchange opened;
  private @Nullable UpstreamFailure cancelWanted;

  /**
   * A try that begins now.
   *
   * @param number from 1
   * @param position of its candidate, from 0
   */
  Try(
      int number,
      int position,
      GenerationRequest request,
      GenerationListener listener,
      TimeSource time,
      Generation generation) {
    this.number = number;
    this.position = position;
    this.chosen = request.candidates().get(position);
    this.request = request;
    this.listener = listener;
    this.time = time;
    this.generation = generation;
    this.began = time.nanoTime();
  }

  /** Another one may start beside it. Before it is opened. */
  Race race(Hedging hedges) {
    Race newRace = new Race(hedges, this, request.streamed(), time);
    race = newRace;
    // A call may say from a queue what it drops, when another try is being told.
    quiet = reports();
    return newRace;
  }

  /** It starts beside another one, and is told of only when the caller hears it. */
  void join(Race running) {
    race = running;
    quiet = true;
  }

  /** Its first content is measured. */
  void measuredBy(Hedging hedges) {
    hedging = hedges;
  }

  private boolean reports() {
    return chosen.provider().capabilities().reports(request.form());
  }

  /** Calls the vendor. */
  void open(Duration timeLeft, boolean lastResort) {
    if (!quiet && !reports()) {
      announce(List.of());
    }
    ModelCall newCall =
        new ModelCall(
            chosen.model(),
            request.form(),
            request.streamed(),
            request.maxOutputTokens(),
            request.forwardHeaders(),
            timeLeft,
            lastResort,
            request.parent());
    call = newCall;
    opened(chosen.provider().open(newCall, this));
  }

  private void opened(Exchange exchange) {
    UpstreamFailure wanted;
    synchronized (this) {
      opened = exchange;
      wanted = cancelWanted;
    }
    if (wanted != null) {
      exchange.cancel(wanted);
    } else {
      // The listener may have become ready while nobody knew whom to tell.
      exchange.resume();
    }
  }

  synchronized Exchange exchange() {
    return opened == null ? Exchange.ENDED : opened;
  }

  void cancel(UpstreamFailure reason) {
    synchronized (this) {
      cancelWanted = reason;
    }
    exchange().cancel(reason);
  }

  int number() {
    return number;
  }

  int position() {
    return position;
  }

  long began() {
    return began;
  }

  ModelSpec model() {
    return chosen.model();
  }

  RetryBudget budget() {
    return chosen.budget();
  }

  @Nullable Race race() {
    return race;
  }

  /** Whether the caller has heard content of it. */
  boolean content() {
    return content;
  }

  /**
   * Tells that it begins. An adapter that reports says first what it drops, on the thread that
   * opens it; or it fails on the way there.
   */
  private void announce(List<String> droppedFields) {
    if (!announced) {
      announced = true;
      listener.onAttemptStarted(
          number, chosen.model().id(), chosen.model().provider(), droppedFields);
    }
  }

  @Override
  public void onDropped(List<String> fields) {
    if (quiet) {
      dropped = fields;
    } else {
      announce(fields);
    }
  }

  @Override
  public void onPart(AnswerPart part) {
    if (!content) {
      if (!part.content() && heldBack.size() < MOST_HELD_BACK) {
        heldBack.add(part);
        return;
      }
      if (!lead()) {
        return;
      }
      content = true;
      firstContent = time.nanoTime();
      if (hedging != null) {
        hedging.firstContent(chosen.model().id(), request.streamed(), firstContent - began);
      }
      passHeldBack();
    }
    listener.onPart(part);
  }

  /** Whether the caller hears this try; then all that has been kept back for it is told. */
  private boolean lead() {
    if (race != null) {
      if (!race.claim(this)) {
        heldBack.clear();
        return false;
      }
      generation.tellKept(race);
      announce(dropped);
    }
    return true;
  }

  private void passHeldBack() {
    heldBack.forEach(listener::onPart);
    heldBack.clear();
  }

  @Override
  public void onCompleted(Completion completion) {
    if (!content && !lead()) {
      leaveLate(completion);
      return;
    }
    passHeldBack();
    AttemptRecord attempt =
        record(
            AttemptResult.ATTEMPT_RESULT_SUCCESS, completion.httpStatus(), completion.usage(), "");
    if (race == null) {
      generation.answered(this, attempt, completion);
      return;
    }
    Race ran = race;
    ran.ended(() -> {
      generation.tellKept(ran);
      generation.answered(this, attempt, completion);
    });
  }

  /** Complete, and nobody hears it: it costs what it says. */
  private void leaveLate(Completion completion) {
    if (race != null) {
      race.late(
          this,
          record(
              AttemptResult.ATTEMPT_RESULT_CANCELLED,
              completion.httpStatus(),
              completion.usage(),
              "another try answered first"));
    }
  }

  @Override
  public void onFailed(UpstreamFailure told) {
    UpstreamFailure failure = WrongUpstream.explained(told, chosen.model());
    if (race == null) {
      announce(dropped);
      generation.failed(this, record(failure, failure.usage()), failure);
      return;
    }
    Race ran = race;
    AttemptRecord attempt = record(failure, spent(ran, failure));
    if (ran.decides(this, failure, attempt)) {
      ran.ended(() -> {
        generation.tellKept(ran);
        announce(dropped);
        generation.failed(this, attempt, failure);
      });
    }
  }

  /** A try that is let go because of another one has cost its prompt at least. */
  private @Nullable TokenUsage spent(Race ran, UpstreamFailure failure) {
    boolean letGo =
        failure.result() == AttemptResult.ATTEMPT_RESULT_CANCELLED && ran.overtook(this);
    return failure.usage() != null || !letGo || call == null
        ? failure.usage()
        : UsageEstimate.of(call, "", 0);
  }

  @Override
  public boolean ready() {
    return listener.ready();
  }

  private AttemptRecord record(UpstreamFailure failure, @Nullable TokenUsage usage) {
    return record(failure.result(), failure.httpStatus(), usage, failure.failure().message());
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
