package dev.fairlead.provider.resilience;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the calls under way at a provider. There is no queue: a call too many goes to the next
 * candidate at once.
 */
public final class ConcurrencyLimitingProvider implements ModelProvider {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final ModelProvider next;
  private final String name;
  private final int limit;
  private final AtomicInteger inFlight = new AtomicInteger();

  /** A limit in front of {@code next}. */
  public ConcurrencyLimitingProvider(ModelProvider next, String name, int limit) {
    this.next = next;
    this.name = name;
    this.limit = limit;
  }

  @Override
  public Capabilities capabilities() {
    return next.capabilities();
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    if (inFlight.incrementAndGet() > limit) {
      inFlight.decrementAndGet();
      listener.onFailed(
          UpstreamFailure.shed(
              new Failure.Overloaded(
                  "provider " + name + " has " + limit + " calls under way", RETRY_AFTER)));
      return Exchange.ENDED;
    }
    return next.open(call, new Releasing(listener));
  }

  /** Calls under way. */
  public int inFlight() {
    return inFlight.get();
  }

  /**
   * Gives the place back before the caller hears of the end, so that a caller who tries again finds
   * it free.
   */
  private final class Releasing extends ForwardingListener {
    Releasing(AnswerListener next) {
      super(next);
    }

    @Override
    public void onCompleted(Completion completion) {
      inFlight.decrementAndGet();
      super.onCompleted(completion);
    }

    @Override
    public void onFailed(UpstreamFailure failure) {
      inFlight.decrementAndGet();
      super.onFailed(failure);
    }
  }
}
