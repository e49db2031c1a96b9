package dev.fairlead.provider.mock;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Answers by itself. A streamed answer begins after a third of its latency and then comes token by
 * token; where a speed is configured, it begins after its latency and comes at that speed.
 */
public final class MockProvider implements ModelProvider {

  private static final Capabilities CAPABILITIES =
      new Capabilities(
          Set.of(Dialect.DIALECT_OPENAI_CHAT, Dialect.DIALECT_OPENAI_COMPLETIONS), true, true);

  private final MockConfig config;
  private final TimeSource time;
  private final AtomicLong calls = new AtomicLong();

  /** A mock. */
  public MockProvider(MockConfig config, TimeSource time) {
    this.config = config;
    this.time = time;
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    SplittableRandom random =
        new SplittableRandom(config.seed() * 1_000_003 + calls.incrementAndGet());
    Double mean = config.meanLatencyMs();
    double meanMillis = mean == null ? MockLatency.defaultMean(call.model().upstream()) : mean;
    Duration latency = MockLatency.of(meanMillis, config.p95LatencyMs()).draw(random);
    boolean fails = random.nextDouble() < config.errorRate();
    try {
      Run run =
          new Run(listener, new MockAnswer(call, config.seed()), call.streamed(), fails, latency);
      run.begin();
      return run;
    } catch (FailureException e) {
      // Another provider's model may still take it.
      listener.onFailed(
          UpstreamFailure.of(e.failure(), Next.OTHER_MODEL, AttemptResult.ATTEMPT_RESULT_REJECTED));
      return Exchange.ENDED;
    }
  }

  /** One answer; a lock keeps timer, resumption and cancellation apart. */
  private final class Run implements Exchange {
    private final AnswerListener listener;
    private final MockAnswer answer;
    private final boolean fails;
    private final List<AnswerPart> parts;
    private final Duration first;
    private final Duration gap;
    private int sent;
    private boolean paused;
    private boolean ended;
    private TimeSource.@Nullable Timer timer;

    Run(
        AnswerListener listener,
        MockAnswer answer,
        boolean streamed,
        boolean fails,
        Duration latency) {
      this.listener = listener;
      this.answer = answer;
      this.fails = fails;
      this.parts = streamed ? answer.stream() : List.of(answer.whole());
      Double speed = config.tokensPerSecond();
      if (speed == null) {
        this.first = streamed ? latency.dividedBy(3) : latency;
        this.gap = latency.minus(first).dividedBy(Math.max(1, parts.size()));
      } else {
        Duration rest =
            Duration.ofNanos(Math.round(answer.usage().completionTokens() / speed * 1e9));
        this.first = streamed ? latency : latency.plus(rest);
        this.gap = streamed ? rest.dividedBy(Math.max(1, parts.size())) : Duration.ZERO;
      }
    }

    synchronized void begin() {
      timer = time.schedule(first, this::step);
    }

    private synchronized void step() {
      if (ended) {
        return;
      }
      if (fails) {
        end();
        listener.onFailed(
            new UpstreamFailure(
                new Failure.UpstreamUnavailable(
                    "the mock failed, as its error rate asks for", 503, null),
                Next.RETRY,
                AttemptResult.ATTEMPT_RESULT_UNAVAILABLE,
                503,
                com.google.protobuf.ByteString.EMPTY,
                null));
        return;
      }
      do {
        if (sent == parts.size()) {
          end();
          listener.onCompleted(
              new Completion(answer.usage(), answer.finishReason(), answer.text(), 200, Map.of()));
          return;
        }
        if (!listener.ready()) {
          paused = true;
          return;
        }
        listener.onPart(parts.get(sent++));
      } while (!ended && (gap.isZero() || sent == parts.size()));
      if (!ended) {
        timer = time.schedule(gap, this::step);
      }
    }

    @Override
    public synchronized void resume() {
      if (paused && !ended) {
        paused = false;
        timer = time.schedule(Duration.ZERO, this::step);
      }
    }

    @Override
    public synchronized void cancel(UpstreamFailure reason) {
      if (!ended) {
        end();
        listener.onFailed(reason);
      }
    }

    private void end() {
      ended = true;
      if (timer != null) {
        timer.cancel();
      }
    }
  }
}
