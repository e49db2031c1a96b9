package dev.fairlead.provider.resilience;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.v1.AttemptResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the calls under way at a provider. A few calls too many wait a moment for a place, never
 * longer than their caller does; the rest go to the next candidate at once.
 */
public final class ConcurrencyLimitingProvider implements ModelProvider {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final ModelProvider next;
  private final String name;
  private final int most;
  private final AdmissionSettings settings;
  private final TimeSource time;
  private final @Nullable AdaptiveLimit adaptive;
  private final AtomicInteger inFlight = new AtomicInteger();

  /** Guarded by itself; {@link #waiting} tells its size without the lock. */
  private final Deque<Waiting> queue = new ArrayDeque<>();

  private volatile int waiting;

  /**
   * A limit in front of {@code next}.
   *
   * @param most calls under way, whatever the adaptive limit says
   */
  public ConcurrencyLimitingProvider(
      ModelProvider next, String name, int most, AdmissionSettings settings, TimeSource time) {
    this.next = next;
    this.name = name;
    this.most = most;
    this.settings = settings;
    this.time = time;
    this.adaptive = settings.adaptive() ? new AdaptiveLimit(settings.minimum(), most, time) : null;
  }

  @Override
  public Capabilities capabilities() {
    return next.capabilities();
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    if (waiting == 0 && enter()) {
      return next.open(call, new Releasing(listener, call));
    }
    Duration patience =
        call.timeLeft().compareTo(settings.queueWait()) < 0
            ? call.timeLeft()
            : settings.queueWait();
    Waiting place = new Waiting(call, listener, patience);
    if (!patience.isPositive() || !enqueue(place)) {
      listener.onFailed(full("has " + limit() + " calls under way"));
      return Exchange.ENDED;
    }
    place.begin();
    // A place may have become free between the look at it and the joining of the queue.
    admitWaiting();
    return place;
  }

  private UpstreamFailure full(String what) {
    return UpstreamFailure.shed(
        new Failure.Overloaded("provider " + name + " " + what, RETRY_AFTER));
  }

  private boolean enter() {
    if (inFlight.incrementAndGet() <= limit()) {
      return true;
    }
    inFlight.decrementAndGet();
    return false;
  }

  private void leave() {
    inFlight.decrementAndGet();
    if (waiting > 0) {
      admitWaiting();
    }
  }

  private boolean enqueue(Waiting place) {
    synchronized (queue) {
      boolean room = queue.size() < settings.queue();
      if (room) {
        queue.add(place);
        waiting = queue.size();
      }
      return room;
    }
  }

  /** Whoever takes a place out of the queue, and nobody else, decides how it goes on. */
  private boolean remove(Waiting place) {
    synchronized (queue) {
      boolean removed = queue.remove(place);
      waiting = queue.size();
      return removed;
    }
  }

  private void admitWaiting() {
    for (Waiting place = admitted(); place != null; place = admitted()) {
      place.admit();
    }
  }

  private @Nullable Waiting admitted() {
    synchronized (queue) {
      if (queue.isEmpty() || !enter()) {
        return null;
      }
      Waiting place = queue.poll();
      waiting = queue.size();
      return place;
    }
  }

  /** Calls under way. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Calls that wait for a place. */
  public int waiting() {
    return waiting;
  }

  /** Calls that may be under way now. */
  public int limit() {
    return adaptive == null ? most : adaptive.limit();
  }

  /** A call in the queue, and later the way to the one it has become. */
  private final class Waiting implements Exchange {
    private final ModelCall call;
    private final AnswerListener listener;
    private final Duration patience;
    private final long began = time.nanoTime();
    private TimeSource.@Nullable Timer timer;
    private @Nullable Exchange opened;
    private @Nullable UpstreamFailure cancelled;
    private boolean decided;

    Waiting(ModelCall call, AnswerListener listener, Duration patience) {
      this.call = call;
      this.listener = listener;
      this.patience = patience;
    }

    synchronized void begin() {
      if (!decided) {
        timer = time.schedule(patience, this::giveUp);
      }
    }

    private void giveUp() {
      if (remove(this)) {
        listener.onFailed(full("had no place for a call within " + patience.toMillis() + " ms"));
      }
    }

    private synchronized void decide() {
      decided = true;
      if (timer != null) {
        timer.cancel();
      }
    }

    void admit() {
      decide();
      Duration left = call.timeLeft().minusNanos(time.nanoTime() - began);
      Exchange exchange = next.open(call.within(left), new Releasing(listener, call));
      UpstreamFailure wanted;
      synchronized (this) {
        opened = exchange;
        wanted = cancelled;
      }
      if (wanted != null) {
        exchange.cancel(wanted);
      } else {
        exchange.resume();
      }
    }

    @Override
    public void resume() {
      Exchange exchange;
      synchronized (this) {
        exchange = opened;
      }
      if (exchange != null) {
        exchange.resume();
      }
    }

    @Override
    public void cancel(UpstreamFailure reason) {
      if (remove(this)) {
        decide();
        listener.onFailed(reason);
        return;
      }
      Exchange exchange;
      synchronized (this) {
        cancelled = reason;
        exchange = opened;
      }
      if (exchange != null) {
        exchange.cancel(reason);
      }
    }
  }

  /**
   * Gives the place back before the caller hears of the end, so that a caller who tries again finds
   * it free; and tells the adaptive limit of the first token.
   */
  private final class Releasing extends ForwardingListener {
    private final String modelId;
    private final long began = time.nanoTime();
    private boolean awaited;

    Releasing(AnswerListener next, ModelCall call) {
      super(next);
      this.modelId = call.model().id();
      this.awaited = adaptive != null && call.streamed();
    }

    @Override
    public void onPart(AnswerPart part) {
      if (awaited && part.content()) {
        firstToken();
      }
      super.onPart(part);
    }

    @Override
    public void onCompleted(Completion completion) {
      leave();
      super.onCompleted(completion);
    }

    @Override
    public void onFailed(UpstreamFailure failure) {
      if (awaited && failure.result() == AttemptResult.ATTEMPT_RESULT_TIMEOUT) {
        firstToken();
      }
      leave();
      super.onFailed(failure);
    }

    private void firstToken() {
      awaited = false;
      if (adaptive != null) {
        adaptive.firstToken(modelId, time.nanoTime() - began, inFlight.get());
      }
    }
  }
}
