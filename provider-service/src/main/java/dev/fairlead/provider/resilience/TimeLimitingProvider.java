package dev.fairlead.provider.resilience;

import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call whose first content, next event or whole answer does not come in time. One timer a
 * call, which looks at what has happened since and sets itself again, so that an event costs no
 * more than a clock reading. Time during which the caller takes nothing is not the vendor's and
 * does not count as idle.
 */
public final class TimeLimitingProvider implements ModelProvider {

  private final ModelProvider next;
  private final TimeoutSettings settings;
  private final TimeSource time;

  /** Timeouts in front of {@code next}. */
  public TimeLimitingProvider(ModelProvider next, TimeoutSettings settings, TimeSource time) {
    this.next = next;
    this.settings = settings;
    this.time = time;
  }

  @Override
  public Capabilities capabilities() {
    return next.capabilities();
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    Watch watch = new Watch(call, listener);
    watch.begin(next.open(call, watch));
    return watch.exchange();
  }

  private final class Watch extends ForwardingListener {
    private final boolean streamed;
    private final long began = time.nanoTime();
    private final long totalNanos;
    private volatile long progress = began;
    private volatile boolean content;
    private volatile boolean ended;
    private @Nullable Exchange exchange;
    private TimeSource.@Nullable Timer timer;

    Watch(ModelCall call, AnswerListener next) {
      super(next);
      streamed = call.streamed();
      totalNanos = Math.min(settings.total().toNanos(), nanos(call.timeLeft()));
    }

    synchronized void begin(Exchange opened) {
      exchange = opened;
      if (!ended) {
        set(nextCheck(began));
      }
    }

    synchronized Exchange exchange() {
      return exchange == null ? Exchange.ENDED : exchange;
    }

    @Override
    public void onPart(AnswerPart part) {
      if (streamed) {
        progress = time.nanoTime();
        content |= part.content();
      }
      super.onPart(part);
    }

    @Override
    public void onCompleted(Completion completion) {
      stop();
      super.onCompleted(completion);
    }

    @Override
    public void onFailed(UpstreamFailure failure) {
      stop();
      super.onFailed(failure);
    }

    private synchronized void stop() {
      ended = true;
      if (timer != null) {
        timer.cancel();
      }
    }

    private synchronized void set(long delayNanos) {
      if (!ended) {
        timer = time.schedule(Duration.ofNanos(Math.max(1, delayNanos)), this::check);
      }
    }

    private void check() {
      long now = time.nanoTime();
      if (ended) {
        return;
      }
      if (streamed && !ready()) {
        progress = now;
      }
      String late = late(now);
      if (late == null) {
        set(nextCheck(now));
      } else {
        exchange().cancel(UpstreamFailure.timeout(late));
      }
    }

    private @Nullable String late(long now) {
      if (now - began >= totalNanos) {
        return "the answer took longer than " + Duration.ofNanos(totalNanos).toMillis() + " ms";
      }
      if (streamed && !content && now - began >= settings.firstToken().toNanos()) {
        return "no first token within " + settings.firstToken().toMillis() + " ms";
      }
      if (streamed && content && now - progress >= settings.idle().toNanos()) {
        return "the stream was silent for " + settings.idle().toMillis() + " ms";
      }
      return null;
    }

    private long nextCheck(long now) {
      long left = totalNanos - (now - began);
      if (!streamed) {
        return left;
      }
      long other =
          content
              ? settings.idle().toNanos() - (now - progress)
              : Math.min(
                  settings.firstToken().toNanos() - (now - began), settings.idle().toNanos());
      return Math.min(left, other);
    }

    /** Saturates: a caller without a deadline has some 292 years. */
    private static long nanos(Duration duration) {
      return duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0
          ? Long.MAX_VALUE
          : duration.toNanos();
    }
  }
}
