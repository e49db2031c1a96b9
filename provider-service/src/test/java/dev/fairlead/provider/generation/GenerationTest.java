package dev.fairlead.provider.generation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.resilience.FakeProvider;
import dev.fairlead.provider.resilience.RetryBudget;
import dev.fairlead.provider.resilience.RetryPolicy;
import dev.fairlead.provider.resilience.RetrySettings;
import dev.fairlead.provider.testkit.ManualTime;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.RawEvents;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GenerationTest {

  private final ManualTime time = new ManualTime();
  private final FakeProvider first = new FakeProvider();
  private final FakeProvider second = new FakeProvider();
  private final List<String> heard = new ArrayList<>();
  private @Nullable GenerationOutcome outcome;

  private final GenerationListener listener =
      new GenerationListener() {
        @Override
        public void onAttemptStarted(int number, String modelId, String provider) {
          heard.add("start " + number + " " + modelId);
        }

        @Override
        public void onAttemptEnded(AttemptRecord attempt) {
          heard.add(
              "end "
                  + attempt.number()
                  + " "
                  + attempt.result().name().substring("ATTEMPT_RESULT_".length()));
        }

        @Override
        public void onPart(AnswerPart part) {
          heard.add(part.content() ? "content" : "control");
        }

        @Override
        public void onEnded(GenerationOutcome newOutcome) {
          assertThat(outcome).isNull();
          outcome = newOutcome;
        }

        @Override
        public boolean ready() {
          return true;
        }
      };

  private Generation start(int maxRetries, double floor, long deadlineNanos) {
    RetrySettings settings =
        new RetrySettings(
            maxRetries,
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            0,
            floor);
    GenerationRequest request =
        new GenerationRequest(
            new RequestForm.Raw(Spans.chat("x")),
            List.of(candidate("a", "p1", first, floor), candidate("b", "p2", second, floor)),
            true,
            0,
            Map.of(),
            0,
            deadlineNanos,
            Context.root());
    return Generation.start(request, listener, new RetryPolicy(settings, () -> 0.5), time);
  }

  private Candidate candidate(String id, String provider, FakeProvider adapter, double floor) {
    ModelSpec model = new ModelSpec(id, provider, id, null, null, 0, 0, Set.of());
    return new Candidate(model, adapter, new RetryBudget(0, floor, time::nanoTime));
  }

  private static AnswerPart part(RawEvents.Kind kind) {
    return new AnswerPart.Events(RawEvents.newBuilder().setKind(kind).build());
  }

  private UpstreamFailure failed() {
    return ((GenerationOutcome.Failed) java.util.Objects.requireNonNull(outcome)).failure();
  }

  @Test
  void failedTry_isRepeatedAndThenTheNextModelAnswers() {
    start(1, 1, Long.MAX_VALUE);
    first.last().fail();
    assertThat(first.calls).hasSize(1);
    time.advance(Duration.ofMillis(60));
    first.last().fail();
    second.last().listener.onPart(part(RawEvents.Kind.KIND_CONTENT));
    second.last().succeed();
    assertThat(heard)
        .containsExactly(
            "start 1 a",
            "end 1 UNAVAILABLE",
            "start 2 a",
            "end 2 UNAVAILABLE",
            "start 3 b",
            "content",
            "end 3 SUCCESS");
    assertThat(outcome).isInstanceOf(GenerationOutcome.Answered.class);
    assertThat(outcome.attempts()).hasSize(3);
  }

  @Test
  void partsBeforeContent_areNotSeen_whenTheTryFails() {
    start(0, 0, Long.MAX_VALUE);
    first.last().listener.onPart(part(RawEvents.Kind.KIND_CONTROL));
    first.last().fail();
    second.last().listener.onPart(part(RawEvents.Kind.KIND_CONTROL));
    second.last().listener.onPart(part(RawEvents.Kind.KIND_CONTENT));
    second.last().succeed();
    assertThat(heard)
        .containsExactly(
            "start 1 a", "end 1 UNAVAILABLE", "start 2 b", "control", "content", "end 2 SUCCESS");
  }

  @Test
  void nothingIsRepeated_whenContentHasBeenSeen() {
    start(2, 10, Long.MAX_VALUE);
    first.last().listener.onPart(part(RawEvents.Kind.KIND_CONTENT));
    first.last().fail();
    assertThat(heard).containsExactly("start 1 a", "content", "end 1 UNAVAILABLE");
    assertThat(failed().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
    assertThat(second.calls).isEmpty();
  }

  @Test
  void callersFault_endsTheRequestAtOnce() {
    start(2, 10, Long.MAX_VALUE);
    first.last().listener.onFailed(UpstreamFailure.invalid("temperature", "temperature: 9"));
    assertThat(failed().failure()).isInstanceOf(Failure.InvalidRequest.class);
    assertThat(second.calls).isEmpty();
  }

  @Test
  void retries_stop_whenTheBudgetIsSpent() {
    start(2, 0, Long.MAX_VALUE);
    first.last().fail();
    assertThat(first.calls).hasSize(1);
    assertThat(second.calls).hasSize(1);
  }

  @Test
  void cancellation_reachesTheTryUnderWay() {
    Generation generation = start(2, 10, Long.MAX_VALUE);
    generation.cancel();
    generation.cancel();
    assertThat(failed().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
    assertThat(first.calls).hasSize(1);
    assertThat(second.calls).isEmpty();
  }

  @Test
  void cancellation_endsTheWaitForARetry() {
    Generation generation = start(2, 10, Long.MAX_VALUE);
    first.last().fail();
    generation.cancel();
    assertThat(failed().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
    time.advance(Duration.ofSeconds(10));
    assertThat(first.calls).hasSize(1);
  }

  @Test
  void noTryBegins_afterTheDeadline() {
    start(0, 0, time.nanoTime() + Duration.ofSeconds(1).toNanos());
    time.advance(Duration.ofSeconds(2));
    first.last().fail();
    assertThat(second.calls).isEmpty();
    assertThat(failed().failure()).isInstanceOf(Failure.Timeout.class);
  }

  @Test
  void rateLimits_giveTheShortestWait_whenAllModelsAreLimited() {
    start(0, 0, Long.MAX_VALUE);
    first.last().listener.onFailed(limited(9));
    second.last().listener.onFailed(limited(30));
    assertThat(failed().failure().retryAfter()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void openBreakers_areTriedOnceAsALastResort_andThenTheRequestFails() {
    start(0, 0, Long.MAX_VALUE);
    first.last().listener.onFailed(shed(4));
    second.last().listener.onFailed(shed(2));
    assertThat(first.last().call.lastResort()).isTrue();
    first.last().listener.onFailed(shed(3));
    assertThat(failed().failure().retryAfter()).isEqualTo(Duration.ofSeconds(2));
    assertThat(first.calls).hasSize(2);
    assertThat(second.calls).hasSize(1);
  }

  private static UpstreamFailure limited(int seconds) {
    return new UpstreamFailure(
        new Failure.RateLimited("slow down", Duration.ofSeconds(seconds)),
        Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_RATE_LIMITED,
        429,
        ByteString.EMPTY,
        null);
  }

  private static UpstreamFailure shed(int seconds) {
    return UpstreamFailure.shed(
        new Failure.UpstreamUnavailable("open", 0, Duration.ofSeconds(seconds)));
  }
}
