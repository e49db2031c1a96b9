package dev.fairlead.provider.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.testkit.ManualTime;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.ChatDelta;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The concurrency limit, its queue, and how it follows the time to the first token. */
class AdmissionTest {

  private static final AnswerPart PIECE =
      new AnswerPart.Delta(ChatDelta.newBuilder().setText("x").build());

  private final ManualTime time = new ManualTime();
  private final FakeProvider adapter = new FakeProvider();

  private ConcurrencyLimitingProvider limited(int most, int queue) {
    return new ConcurrencyLimitingProvider(
        adapter, "p", most, new AdmissionSettings(queue, Duration.ofMillis(100), false, 1), time);
  }

  private static ModelCall call(boolean streamed, Duration left) {
    return new ModelCall(
        new ModelSpec("m", "p", "u", null, null, 0, 0, Set.of()),
        new RequestForm.Raw(Spans.chat("x")),
        streamed,
        0,
        Map.of(),
        left,
        false,
        Context.root());
  }

  private static RecordedAnswer open(ConcurrencyLimitingProvider provider) {
    RecordedAnswer answer = new RecordedAnswer();
    provider.open(call(false, Duration.ofHours(1)), answer);
    return answer;
  }

  @Test
  void concurrency_isBounded_andGivenBack() {
    ConcurrencyLimitingProvider limited = limited(2, 0);
    open(limited);
    open(limited);
    RecordedAnswer refused = open(limited);
    assertThat(refused.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_SHED);
    assertThat(adapter.calls).hasSize(2);
    adapter.calls.get(0).succeed();
    adapter.calls.get(1).fail();
    assertThat(limited.inFlight()).isZero();
    assertThat(open(limited).ended()).isFalse();
  }

  @Test
  void waitingCalls_areServedInTheirOrder_withTheTimeTheyHaveLeft() {
    ConcurrencyLimitingProvider limited = limited(1, 2);
    open(limited);
    open(limited);
    open(limited);
    assertThat(open(limited).failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_SHED);
    assertThat(limited.waiting()).isEqualTo(2);
    time.advance(Duration.ofMillis(60));
    adapter.calls.get(0).succeed();
    assertThat(adapter.calls).hasSize(2);
    assertThat(adapter.last().call.timeLeft()).isEqualTo(Duration.ofHours(1).minusMillis(60));
    adapter.last().fail();
    assertThat(adapter.calls).hasSize(3);
    adapter.last().succeed();
    assertThat(limited.inFlight()).isZero();
    assertThat(limited.waiting()).isZero();
    assertThat(time.pending()).isZero();
  }

  @Test
  void waitingCall_givesUp_afterItsPatienceOrItsCallersDeadline() {
    ConcurrencyLimitingProvider limited = limited(1, 8);
    open(limited);
    RecordedAnswer patient = open(limited);
    RecordedAnswer hurried = new RecordedAnswer();
    limited.open(call(false, Duration.ofMillis(20)), hurried);
    time.advance(Duration.ofMillis(30));
    assertThat(hurried.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_SHED);
    assertThat(patient.ended()).isFalse();
    time.advance(Duration.ofMillis(80));
    assertThat(patient.failure().failure().retryAfter()).isEqualTo(Duration.ofSeconds(1));
    adapter.last().succeed();
    assertThat(adapter.calls).hasSize(1);
    assertThat(limited.inFlight()).isZero();
  }

  @Test
  void g3_callWithoutTimeLeft_doesNotWait() {
    ConcurrencyLimitingProvider limited = limited(1, 8);
    open(limited);
    RecordedAnswer late = new RecordedAnswer();
    limited.open(call(false, Duration.ZERO), late);
    assertThat(late.ended()).isTrue();
    assertThat(limited.waiting()).isZero();
  }

  @Test
  void cancellation_endsTheWait_andReachesACallThatHasBegun() {
    ConcurrencyLimitingProvider limited = limited(1, 8);
    open(limited);
    RecordedAnswer first = new RecordedAnswer();
    Exchange waiting = limited.open(call(false, Duration.ofHours(1)), first);
    waiting.cancel(UpstreamFailure.cancelled());
    assertThat(first.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
    RecordedAnswer second = new RecordedAnswer();
    Exchange later = limited.open(call(false, Duration.ofHours(1)), second);
    adapter.last().succeed();
    assertThat(second.ended()).isFalse();
    later.cancel(UpstreamFailure.cancelled());
    assertThat(second.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
    assertThat(limited.inFlight()).isZero();
    assertThat(time.pending()).isZero();
  }

  private void load(ConcurrencyLimitingProvider provider, int calls, Duration firstToken) {
    List<FakeProvider.Open> opened = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      RecordedAnswer answer = new RecordedAnswer();
      provider.open(call(true, Duration.ofHours(1)), answer);
      if (!answer.ended()) {
        opened.add(adapter.last());
      }
    }
    time.advance(firstToken);
    opened.forEach(open -> open.listener.onPart(PIECE));
    time.advance(Duration.ofSeconds(2));
    opened.forEach(FakeProvider.Open::succeed);
  }

  @Test
  void adaptiveLimit_falls_whenFirstTokensComeLate_andRisesAgain() {
    ConcurrencyLimitingProvider provider =
        new ConcurrencyLimitingProvider(
            adapter, "p", 100, new AdmissionSettings(0, Duration.ofMillis(100), true, 10), time);
    for (int i = 0; i < 20; i++) {
      load(provider, 80, Duration.ofMillis(200));
    }
    assertThat(provider.limit()).isEqualTo(100);
    for (int i = 0; i < 20; i++) {
      load(provider, 80, Duration.ofMillis(2000));
    }
    int low = provider.limit();
    assertThat(low).isBetween(10, 70);
    for (int i = 0; i < 200; i++) {
      load(provider, 80, Duration.ofMillis(200));
    }
    assertThat(provider.limit()).isGreaterThan(low);
  }

  @Test
  void adaptiveLimit_stays_whenOnlyAnswersAreLong() {
    ConcurrencyLimitingProvider provider =
        new ConcurrencyLimitingProvider(
            adapter, "p", 50, new AdmissionSettings(0, Duration.ofMillis(100), true, 5), time);
    for (int i = 0; i < 30; i++) {
      load(provider, 40, Duration.ofMillis(200));
      time.advance(Duration.ofMinutes(i));
    }
    assertThat(provider.limit()).isEqualTo(50);
  }
}
