package dev.fairlead.provider.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.testkit.ManualTime;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.telemetry.GenAiConventions;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.ChatDelta;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DecoratorsTest {

  private final ManualTime time = new ManualTime();
  private final FakeProvider adapter = new FakeProvider();

  private static ModelCall call(boolean streamed, Duration left, boolean lastResort) {
    return call("m", streamed, left, lastResort);
  }

  private static ModelCall call(String id, boolean streamed, Duration left, boolean lastResort) {
    ModelSpec model = new ModelSpec(id, "p", "u", null, null, 0, 0, Set.of());
    return new ModelCall(
        model,
        new RequestForm.Raw(Spans.chat("x")),
        streamed,
        0,
        Map.of(),
        left,
        lastResort,
        Context.root());
  }

  private static final AnswerPart PIECE =
      new AnswerPart.Delta(ChatDelta.newBuilder().setText("x").build());

  private RecordedAnswer open(dev.fairlead.provider.call.ModelProvider provider, boolean streamed) {
    RecordedAnswer answer = new RecordedAnswer();
    provider.open(call(streamed, Duration.ofHours(1), false), answer);
    return answer;
  }

  private TimeLimitingProvider timed() {
    return new TimeLimitingProvider(
        adapter,
        new TimeoutSettings(
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60)),
        time);
  }

  @Test
  void stream_timesOut_whenNoFirstTokenComes() {
    RecordedAnswer answer = open(timed(), true);
    time.advance(Duration.ofMillis(9_900));
    assertThat(answer.ended()).isFalse();
    time.advance(Duration.ofMillis(200));
    assertThat(answer.failure().failure().message()).isEqualTo("no first token within 10000 ms");
    assertThat(time.pending()).isZero();
  }

  @Test
  void stream_timesOut_whenItFallsSilent() {
    RecordedAnswer answer = open(timed(), true);
    for (int i = 0; i < 4; i++) {
      time.advance(Duration.ofSeconds(4));
      adapter.last().listener.onPart(PIECE);
    }
    assertThat(answer.ended()).isFalse();
    time.advance(Duration.ofSeconds(5));
    assertThat(answer.failure().failure().message()).isEqualTo("the stream was silent for 5000 ms");
  }

  @Test
  void stream_doesNotTimeOutAsIdle_whileTheCallerTakesNothing() {
    RecordedAnswer answer = open(timed(), true);
    adapter.last().listener.onPart(PIECE);
    answer.ready(false);
    time.advance(Duration.ofSeconds(30));
    assertThat(answer.ended()).isFalse();
    answer.ready(true);
    time.advance(Duration.ofSeconds(11));
    assertThat(answer.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_TIMEOUT);
  }

  @Test
  void wholeAnswer_timesOut_atTheCallersDeadline() {
    RecordedAnswer answer = new RecordedAnswer();
    timed().open(call(false, Duration.ofSeconds(20), false), answer);
    time.advance(Duration.ofSeconds(21));
    assertThat(answer.failure().failure()).isInstanceOf(Failure.Timeout.class);
  }

  @Test
  void timer_isGone_whenTheAnswerCompletes() {
    open(timed(), true);
    adapter.last().succeed();
    assertThat(time.pending()).isZero();
  }

  private CircuitBreakingProvider breaking() {
    return new CircuitBreakingProvider(
        adapter, "p", new BreakerSettings(10, 4, 0.5, 6, Duration.ofSeconds(5), 1), time, time);
  }

  private void fail(CircuitBreakingProvider breaker, int times) {
    for (int i = 0; i < times; i++) {
      open(breaker, false);
      adapter.last().listener.onFailed(broken());
    }
  }

  /** The vendor answered 500: it is there, the model does not work. */
  private static UpstreamFailure broken() {
    return new UpstreamFailure(
        new Failure.UpstreamUnavailable("it broke", 500, null),
        UpstreamFailure.Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_UNAVAILABLE,
        500,
        ByteString.EMPTY,
        null);
  }

  private RecordedAnswer openModel(CircuitBreakingProvider breaker, String id) {
    RecordedAnswer answer = new RecordedAnswer();
    breaker.open(call(id, false, Duration.ofHours(1), false), answer);
    return answer;
  }

  @Test
  void breaker_opensAndClosesAgain_whenTheModelRecovers() {
    CircuitBreakingProvider breaker = breaking();
    fail(breaker, 4);
    assertThat(breaker.state("m")).isEqualTo(State.OPEN);
    assertThat(breaker.state(List.of("m"))).isEqualTo(State.OPEN);
    RecordedAnswer refused = open(breaker, false);
    assertThat(refused.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_SHED);
    assertThat(refused.failure().failure()).isInstanceOf(Failure.Overloaded.class);
    assertThat(refused.failure().failure().retryAfter()).isEqualTo(Duration.ofSeconds(5));
    assertThat(adapter.calls).hasSize(4);

    time.advance(Duration.ofSeconds(6));
    open(breaker, false);
    assertThat(open(breaker, false).failure().result())
        .isEqualTo(AttemptResult.ATTEMPT_RESULT_SHED);
    adapter.last().succeed();
    assertThat(breaker.state("m")).isEqualTo(State.CLOSED);
  }

  @Test
  void openCircuit_refusesNoMore_whenItsTimeIsOverThoughNoCallCame() {
    CircuitBreakingProvider breaker = breaking();
    fail(breaker, 4);
    assertThat(breaker.refuses("m")).isTrue();
    assertThat(breaker.refuses("other")).isFalse();
    time.advance(Duration.ofSeconds(5));
    assertThat(breaker.refuses("m")).isFalse();
    assertThat(breaker.state("m")).isEqualTo(State.OPEN);
    time.advance(Duration.ofSeconds(1));
    open(breaker, false);
    adapter.last().listener.onFailed(broken());
    assertThat(breaker.refuses("m")).isTrue();
  }

  @Test
  void neighbours_stayServed_whenOneModelFailsTenTimes() {
    CircuitBreakingProvider breaker = breaking();
    fail(breaker, 10);
    assertThat(breaker.state("m")).isEqualTo(State.OPEN);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    assertThat(breaker.state(List.of("m", "other"))).isEqualTo(State.CLOSED);
    assertThat(openModel(breaker, "other").ended()).isFalse();
  }

  @Test
  void allModels_areLeftAlone_whenTheProviderCannotBeReached() {
    CircuitBreakingProvider breaker = breaking();
    for (String id : List.of("a", "b", "c", "d")) {
      openModel(breaker, id);
      adapter.last().fail();
    }
    RecordedAnswer refused = openModel(breaker, "e");
    assertThat(refused.failure().failure().message()).contains("cannot be reached");
    assertThat(breaker.state(List.of("a", "e"))).isEqualTo(State.OPEN);
  }

  @Test
  void breaker_opensAfterFailuresInARow_whenOldSuccessesHideTheRate() {
    CircuitBreakingProvider breaker =
        new CircuitBreakingProvider(
            adapter,
            "p",
            new BreakerSettings(50, 10, 0.5, 5, Duration.ofSeconds(5), 1),
            time,
            time);
    for (int i = 0; i < 50; i++) {
      open(breaker, false);
      adapter.last().succeed();
    }
    fail(breaker, 4);
    assertThat(breaker.state("m")).isEqualTo(State.CLOSED);
    fail(breaker, 1);
    assertThat(breaker.state("m")).isEqualTo(State.OPEN);
  }

  @Test
  void probe_letsOthersPass_asSoonAsItHasContent() {
    CircuitBreakingProvider breaker = breaking();
    fail(breaker, 4);
    time.advance(Duration.ofSeconds(6));
    open(breaker, true);
    assertThat(open(breaker, false).ended()).isTrue();
    adapter.last().listener.onPart(PIECE);
    assertThat(breaker.state("m")).isEqualTo(State.CLOSED);
    assertThat(open(breaker, false).ended()).isFalse();
  }

  @Test
  void e15_callOfBeforeTheOutage_isNoProbe_andGivesNone() {
    CircuitBreakingProvider breaker = breaking();
    open(breaker, true);
    AnswerListener whichEnds = adapter.last().listener;
    open(breaker, true);
    AnswerListener whichIsCancelled = adapter.last().listener;
    fail(breaker, 4);
    time.advance(Duration.ofSeconds(6));
    open(breaker, false);
    AnswerListener probe = adapter.last().listener;
    assertThat(breaker.state("m")).isEqualTo(State.HALF_OPEN);
    whichIsCancelled.onFailed(UpstreamFailure.cancelled());
    assertThat(open(breaker, false).failure().result())
        .isEqualTo(AttemptResult.ATTEMPT_RESULT_SHED);
    whichEnds.onPart(PIECE);
    assertThat(breaker.state("m")).isEqualTo(State.HALF_OPEN);
    probe.onFailed(broken());
    assertThat(breaker.state("m")).isEqualTo(State.OPEN);
  }

  @Test
  void breaker_opensByRate_whenEverySecondCallFails() {
    CircuitBreakingProvider breaker = breaking();
    for (int i = 0; i < 10 && breaker.state("m") == State.CLOSED; i++) {
      open(breaker, false);
      if (i % 2 == 0) {
        adapter.last().succeed();
      } else {
        adapter.last().fail();
      }
    }
    assertThat(breaker.state("m")).isEqualTo(State.OPEN);
  }

  @Test
  void breaker_staysClosed_whenRequestsAreRefusedOrLimited() {
    CircuitBreakingProvider breaker = breaking();
    List<Failure> harmless =
        List.of(
            new Failure.RateLimited("slow down", null),
            new Failure.UpstreamRejected("bad", 400, Failure.UpstreamRejected.Fault.CALLER),
            new Failure.Cancelled("gone"),
            new Failure.UpstreamRejected(
                "our key", 401, Failure.UpstreamRejected.Fault.CONFIGURATION),
            new Failure.UpstreamUnavailable("conflict", 409, null));
    for (int i = 0; i < 20; i++) {
      open(breaker, false);
      adapter
          .last()
          .listener
          .onFailed(
              new UpstreamFailure(
                  harmless.get(i % 5),
                  UpstreamFailure.Next.NOTHING,
                  AttemptResult.ATTEMPT_RESULT_REJECTED,
                  i % 5 == 2 ? 0 : 409,
                  ByteString.EMPTY,
                  null));
    }
    assertThat(breaker.state("m")).isEqualTo(State.CLOSED);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void lastResort_passesAnOpenBreakerOnceASecond_andReopensTheWay() {
    CircuitBreakingProvider breaker = breaking();
    fail(breaker, 4);
    RecordedAnswer probe = new RecordedAnswer();
    breaker.open(call(false, Duration.ofHours(1), true), probe);
    assertThat(probe.ended()).isFalse();
    RecordedAnswer second = new RecordedAnswer();
    breaker.open(call(false, Duration.ofHours(1), true), second);
    assertThat(second.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_SHED);
    adapter.last().succeed();
    assertThat(breaker.state("m")).isEqualTo(State.HALF_OPEN);
  }

  @Test
  void requestThatBreaksTheAdapter_endsOnce_andGivesItsPlaceBack() {
    ModelProvider broken =
        new ModelProvider() {
          @Override
          public Capabilities capabilities() {
            return adapter.capabilities();
          }

          @Override
          public Exchange open(ModelCall call, AnswerListener listener) {
            throw new NumberFormatException("of the request");
          }
        };
    ModelProvider observed =
        new ObservedProvider(
            broken,
            "p",
            "v",
            new SimpleMeterRegistry(),
            GenAiConventions.LATEST,
            TracerProvider.noop().get("test"),
            time);
    ConcurrencyLimitingProvider limited =
        new ConcurrencyLimitingProvider(
            observed, "p", 1, new AdmissionSettings(0, Duration.ofSeconds(1), false, 1), time);
    for (int i = 0; i < 2; i++) {
      RecordedAnswer answer = open(limited, true);
      assertThat(answer.endedOnce()).isTrue();
      assertThat(answer.failure().failure()).isInstanceOf(Failure.InvalidRequest.class);
      assertThat(answer.failure().next()).isEqualTo(UpstreamFailure.Next.OTHER_MODEL);
    }
    assertThat(limited.inFlight()).isZero();
  }
}
