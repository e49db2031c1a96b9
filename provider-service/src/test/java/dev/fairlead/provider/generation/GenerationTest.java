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
import dev.fairlead.provider.resilience.Hedging;
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
  private int ended;
  private @Nullable Hedging hedging;

  private final GenerationListener listener =
      new GenerationListener() {
        @Override
        public void onAttemptStarted(
            int number, String modelId, String provider, List<String> droppedFields) {
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
    return start(
        maxRetries,
        List.of(
            candidate("a", "p1", first, new RetryBudget(0, floor, time::nanoTime)),
            candidate("b", "p2", second, new RetryBudget(0, floor, time::nanoTime))),
        deadlineNanos);
  }

  private Generation start(int maxRetries, List<Candidate> candidates) {
    return start(maxRetries, candidates, Long.MAX_VALUE);
  }

  private Generation start(int maxRetries, List<Candidate> candidates, long deadlineNanos) {
    RetrySettings settings =
        new RetrySettings(
            maxRetries, Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(5), 0, 0);
    GenerationRequest request =
        new GenerationRequest(
            new RequestForm.Raw(Spans.chat("x")),
            candidates,
            true,
            0,
            Map.of(),
            0,
            deadlineNanos,
            Context.root());
    return Generation.start(
        request, listener, new RetryPolicy(settings, () -> 0.5), time, hedging, () -> ended++);
  }

  private Candidate candidate(
      String id, String provider, FakeProvider adapter, RetryBudget budget) {
    ModelSpec model = new ModelSpec(id, provider, id, null, null, 0, 0, Set.of());
    return new Candidate(model, adapter, budget);
  }

  private GenerationOutcome outcome() {
    return java.util.Objects.requireNonNull(outcome);
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
    assertThat(ended).isEqualTo(1);
  }

  @Test
  void partsBeforeContent_areNotSeen_whenTheTryFails() {
    start(0, 1, Long.MAX_VALUE);
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
  void noFurtherTry_isMade_whenTheBudgetIsSpent() {
    start(2, 0, Long.MAX_VALUE);
    first.last().fail();
    assertThat(first.calls).hasSize(1);
    assertThat(second.calls).isEmpty();
    assertThat(((GenerationOutcome.Failed) outcome()).retriesSpent()).isTrue();
  }

  @Test
  void movingOn_isFree_whenNobodyWasAskedOrTheVendorRefused() {
    start(2, 0, Long.MAX_VALUE);
    first.last().listener.onFailed(shed(4));
    assertThat(second.calls).hasSize(1);
    outcome = null;
    start(2, 0, Long.MAX_VALUE);
    first.last().listener.onFailed(notFound("{}"));
    assertThat(second.calls).hasSize(2);
  }

  @Test
  void attempts_stayWithinTheBudget_whenEveryProviderFails() {
    RetryBudget budget = new RetryBudget(0.2, 1, time::nanoTime);
    for (int i = 0; i < 600; i++) {
      outcome = null;
      start(2, List.of(candidate("a", "p1", first, budget), candidate("b", "p2", second, budget)));
      while (outcome == null) {
        (heard.getLast().endsWith(" b") ? second : first).last().fail();
        if (outcome == null) {
          time.advance(Duration.ofMillis(100));
        }
      }
    }
    double seconds = (time.nanoTime() - 1_000_000_000_000L) / 1e9;
    assertThat(first.calls.size() + second.calls.size())
        .isGreaterThan(600)
        .isLessThanOrEqualTo((int) (600 * 1.2 + 10 + seconds) + 1);
  }

  @Test
  void vendors404_namesTheConfigurationOfTheModel() {
    start(0, 0, Long.MAX_VALUE);
    first.last().listener.onFailed(notFound("{\"error\":{\"param\":null}}"));
    second.last().listener.onFailed(notFound(""));
    assertThat(failed().failure())
        .isInstanceOfSatisfying(
            Failure.UpstreamRejected.class,
            f -> assertThat(f.fault()).isEqualTo(Failure.UpstreamRejected.Fault.CONFIGURATION));
    assertThat(failed().failure().message()).contains("`upstream` of b");
    assertThat(failed().errorBody()).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void vendors404_staysTheCallers_whenItNamesAFieldOfTheRequest() {
    start(0, 0, Long.MAX_VALUE);
    String body = "{\"error\":{\"param\":\"file_id\"}}";
    first.last().listener.onFailed(notFound(body));
    second.last().listener.onFailed(notFound(body));
    assertThat(failed().failure().message()).isEqualTo("no such thing");
    assertThat(failed().errorBody().toStringUtf8()).isEqualTo(body);
  }

  @Test
  void movingOn_fromALimitedVendor_isFreeToAnotherProviderOnly() {
    start(0, 0, Long.MAX_VALUE);
    first.last().listener.onFailed(limited(2));
    assertThat(second.calls).hasSize(1);
    outcome = null;
    RetryBudget none = new RetryBudget(0, 0, time::nanoTime);
    start(0, List.of(candidate("a", "p1", first, none), candidate("b", "p1", second, none)));
    first.last().listener.onFailed(limited(2));
    assertThat(second.calls).hasSize(1);
    assertThat(failed().failure()).isInstanceOf(Failure.RateLimited.class);
  }

  private static UpstreamFailure notFound(String body) {
    return new UpstreamFailure(
        new Failure.UpstreamRejected("no such thing", 404, Failure.UpstreamRejected.Fault.CALLER),
        Next.OTHER_MODEL,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        404,
        ByteString.copyFromUtf8(body),
        null);
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
    start(0, 1, time.nanoTime() + Duration.ofSeconds(1).toNanos());
    time.advance(Duration.ofSeconds(2));
    first.last().fail();
    assertThat(second.calls).isEmpty();
    assertThat(failed().failure()).isInstanceOf(Failure.Timeout.class);
  }

  @Test
  void rateLimits_giveTheShortestWait_whenAllModelsAreLimited() {
    start(0, 1, Long.MAX_VALUE);
    first.last().listener.onFailed(limited(9));
    second.last().listener.onFailed(limited(30));
    assertThat(failed().failure().retryAfter()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void openBreakers_areEachTriedOnceAsALastResort_andThenTheRequestFails() {
    start(0, 0, Long.MAX_VALUE);
    first.last().listener.onFailed(shed(4));
    second.last().listener.onFailed(shed(2));
    assertThat(first.last().call.lastResort()).isTrue();
    first.last().listener.onFailed(shed(3));
    assertThat(second.last().call.lastResort()).isTrue();
    second.last().listener.onFailed(shed(3));
    assertThat(failed().failure().retryAfter()).isEqualTo(Duration.ofSeconds(2));
    assertThat(first.calls).hasSize(2);
    assertThat(second.calls).hasSize(2);
  }

  @Test
  void openBreaker_isTheLastResort_whenTheOthersReallyFailed() {
    start(0, 1, Long.MAX_VALUE);
    first.last().listener.onFailed(shed(4));
    second.last().fail();
    assertThat(first.last().call.lastResort()).isTrue();
    first.last().succeed();
    assertThat(outcome).isInstanceOf(GenerationOutcome.Answered.class);
  }

  @Test
  void limitedVendor_isWaitedFor_onlyWhenNobodyElseIsLeft() {
    start(1, 5, Long.MAX_VALUE);
    first.last().listener.onFailed(limited(2));
    assertThat(second.calls).hasSize(1);
    second.last().listener.onFailed(limited(2));
    time.advance(Duration.ofSeconds(3));
    assertThat(second.calls).hasSize(2);
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
    return UpstreamFailure.leftAlone(new Failure.Overloaded("open", Duration.ofSeconds(seconds)));
  }
}
