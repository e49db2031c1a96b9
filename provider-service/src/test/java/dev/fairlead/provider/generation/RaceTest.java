package dev.fairlead.provider.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.FakeProvider;
import dev.fairlead.provider.resilience.HedgeSettings;
import dev.fairlead.provider.resilience.Hedging;
import dev.fairlead.provider.resilience.RetryBudget;
import dev.fairlead.provider.resilience.RetryPolicy;
import dev.fairlead.provider.resilience.RetrySettings;
import dev.fairlead.provider.testkit.ManualTime;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.RawRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.context.Context;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A second try beside a slow first one, with time in the test's hands. */
class RaceTest {

  private static final Duration USUAL = Duration.ofMillis(100);
  private static final Price PRICE =
      Price.of(Price.nanoUsdPerMillion(BigDecimal.ONE), Price.nanoUsdPerMillion(BigDecimal.ONE));

  private final ManualTime time = new ManualTime();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final FakeProvider first = new FakeProvider();
  private final FakeProvider second = new FakeProvider();
  private final List<String> heard = new ArrayList<>();
  private @Nullable GenerationOutcome outcome;
  private @Nullable Hedging hedging = known(settings(0.5, 1));
  private @Nullable Price price = PRICE;
  private boolean streamed = true;
  private RawRequest request = Spans.chat("x");
  private long deadline = Long.MAX_VALUE;
  private int ended;

  private static HedgeSettings settings(double share, double usd) {
    return new HedgeSettings(true, 0.95, Duration.ofMillis(10), share, BigDecimal.valueOf(usd));
  }

  /** Hedging of a model that takes {@link #USUAL}. */
  private Hedging known(HedgeSettings settings) {
    Hedging made = new Hedging(settings, meters, time);
    for (int i = 0; i < 100; i++) {
      made.firstContent("a", true, USUAL.toNanos());
      made.firstContent("a", false, USUAL.toNanos());
      made.requested();
    }
    return made;
  }

  private final class Heard implements GenerationListener {
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
  }

  private Generation start() {
    return start(candidate("a", "p1", first), candidate("b", "p2", second));
  }

  private Generation start(Candidate... candidates) {
    RetrySettings settings =
        new RetrySettings(
            0, Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(5), 0, 0);
    GenerationRequest asked =
        new GenerationRequest(
            new RequestForm.Raw(request),
            List.of(candidates),
            streamed,
            1000,
            Map.of(),
            0,
            deadline,
            Context.root());
    return Generation.start(
        asked, new Heard(), new RetryPolicy(settings, () -> 0.5), time, hedging, () -> ended++);
  }

  private Candidate candidate(String id, String provider, FakeProvider adapter) {
    ModelSpec model = new ModelSpec(id, provider, id, null, price, 0, 0, Set.of());
    return new Candidate(model, adapter, new RetryBudget(0, 1, time::nanoTime));
  }

  private static AnswerPart part(RawEvents.Kind kind) {
    return new AnswerPart.Events(RawEvents.newBuilder().setKind(kind).build());
  }

  private static void content(FakeProvider provider) {
    provider.last().listener.onPart(part(RawEvents.Kind.KIND_CONTENT));
  }

  private static void complete(FakeProvider provider, long tokens) {
    provider
        .last()
        .listener
        .onCompleted(
            new Completion(
                TokenUsage.of(tokens, tokens),
                FinishReason.FINISH_REASON_STOP,
                "text",
                200,
                Map.of()));
  }

  private List<AttemptRecord> attempts() {
    return Objects.requireNonNull(outcome).attempts();
  }

  private double hedges(String result) {
    return meters.get("llm.router.hedges").tag("result", result).counter().count();
  }

  @Test
  void secondTry_answersFirst_andTheSlowOneIsLetGoAtItsCost() {
    start();
    first.last().listener.onPart(part(RawEvents.Kind.KIND_CONTROL));
    time.advance(Duration.ofMillis(90));
    assertThat(second.calls).isEmpty();
    time.advance(Duration.ofMillis(20));
    assertThat(second.calls).hasSize(1);
    second.last().listener.onPart(part(RawEvents.Kind.KIND_CONTROL));
    content(second);
    complete(second, 7);
    assertThat(heard)
        .containsExactly(
            "start 1 a", "end 1 CANCELLED", "start 2 b", "control", "content", "end 2 SUCCESS");
    assertThat(((GenerationOutcome.Answered) Objects.requireNonNull(outcome)).completion().usage())
        .isEqualTo(TokenUsage.of(7, 7));
    assertThat(attempts().getFirst().usage())
        .satisfies(usage -> {
          assertThat(usage.estimated()).isTrue();
          assertThat(usage.promptTokens()).isPositive();
        });
    assertThat(hedges("won")).isEqualTo(1);
    assertThat(ended).isEqualTo(1);
    assertThat(time.pending()).isZero();
  }

  @Test
  void firstTry_answersFirst_andTheSecondIsLetGo() {
    start();
    time.advance(Duration.ofMillis(120));
    content(first);
    content(second);
    complete(first, 3);
    assertThat(heard).containsExactly("start 1 a", "end 2 CANCELLED", "content", "end 1 SUCCESS");
    assertThat(hedges("lost")).isEqualTo(1);
  }

  @Test
  void wholeAnswers_areHedgedToo() {
    streamed = false;
    start();
    time.advance(Duration.ofMillis(120));
    complete(second, 4);
    complete(first, 9);
    assertThat(heard).containsExactly("start 1 a", "end 1 CANCELLED", "start 2 b", "end 2 SUCCESS");
    assertThat(ended).isEqualTo(1);
  }

  @Test
  void answerInTime_needsNoSecondTry() {
    start();
    time.advance(Duration.ofMillis(50));
    content(first);
    assertThat(time.pending()).isZero();
    complete(first, 1);
    assertThat(second.calls).isEmpty();
    assertThat(hedges("won") + hedges("lost") + hedges("capped")).isZero();
  }

  @Test
  void nothingIsSetUp_whenHedgingIsOff() {
    hedging = null;
    start();
    assertThat(time.pending()).isZero();
    content(first);
    complete(first, 1);
    assertThat(heard).containsExactly("start 1 a", "content", "end 1 SUCCESS");
  }

  @Test
  void onlyCandidate_isAskedOnceMore() {
    start(candidate("a", "p1", first));
    time.advance(Duration.ofMillis(120));
    assertThat(first.calls).hasSize(2);
    content(first);
    complete(first, 1);
    assertThat(heard).endsWith("start 2 a", "content", "end 2 SUCCESS");
  }

  @Test
  void failureOfOne_isNotTheRequests_whileTheOtherRuns() {
    start();
    time.advance(Duration.ofMillis(120));
    first.last().fail();
    assertThat(outcome).isNull();
    content(second);
    complete(second, 1);
    assertThat(heard)
        .containsExactly("start 1 a", "end 1 UNAVAILABLE", "start 2 b", "content", "end 2 SUCCESS");
    outcome = null;
    heard.clear();
    start();
    time.advance(Duration.ofMillis(120));
    second.last().listener.onFailed(UpstreamFailure.invalid("x", "x: not for this vendor"));
    content(first);
    complete(first, 1);
    assertThat(heard).containsExactly("start 1 a", "end 2 REJECTED", "content", "end 1 SUCCESS");
    assertThat(hedges("failed")).isEqualTo(1);
  }

  @Test
  void failureOfBoth_goesOnAfterTheLaterOne() {
    FakeProvider third = new FakeProvider();
    start(candidate("a", "p1", first), candidate("b", "p2", second), candidate("c", "p3", third));
    time.advance(Duration.ofMillis(120));
    first.last().fail();
    second.last().fail();
    assertThat(third.calls).hasSize(1);
    content(third);
    complete(third, 1);
    assertThat(heard)
        .containsExactly(
            "start 1 a",
            "end 1 UNAVAILABLE",
            "start 2 b",
            "end 2 UNAVAILABLE",
            "start 3 c",
            "content",
            "end 3 SUCCESS");
    assertThat(first.calls).hasSize(1);
  }

  @Test
  void failureOfBoth_doesNotAskTheSecondAgain_whenItFailedBeforeTheFirst() {
    FakeProvider third = new FakeProvider();
    start(candidate("a", "p1", first), candidate("b", "p2", second), candidate("c", "p3", third));
    time.advance(Duration.ofMillis(120));
    second.last().fail();
    first.last().fail();
    assertThat(second.calls).hasSize(1);
    content(third);
    complete(third, 1);
    assertThat(attempts()).extracting(AttemptRecord::modelId).containsExactly("b", "a", "c");
  }

  @Test
  void secondThatWasOnlySpared_isTheLastResort_whenTheFirstFailsAfterIt() {
    start();
    time.advance(Duration.ofMillis(120));
    second
        .last()
        .listener
        .onFailed(UpstreamFailure.leftAlone(new Failure.Overloaded("open", null)));
    first.last().fail();
    assertThat(second.calls).hasSize(2);
    content(second);
    complete(second, 1);
    assertThat(attempts()).extracting(AttemptRecord::modelId).containsExactly("b", "a", "b");
  }

  @Test
  void callersFault_endsBothAtOnce() {
    start();
    time.advance(Duration.ofMillis(120));
    first.last().listener.onFailed(UpstreamFailure.invalid("temperature", "temperature: 9"));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            GenerationOutcome.Failed.class,
            f -> assertThat(f.failure().failure()).isInstanceOf(Failure.InvalidRequest.class));
    assertThat(attempts())
        .extracting(AttemptRecord::result)
        .containsExactly(
            AttemptResult.ATTEMPT_RESULT_CANCELLED, AttemptResult.ATTEMPT_RESULT_REJECTED);
    assertThat(ended).isEqualTo(1);
  }

  @Test
  void cancellation_endsBoth() {
    Generation generation = start();
    time.advance(Duration.ofMillis(120));
    generation.cancel();
    assertThat(attempts())
        .extracting(AttemptRecord::result)
        .containsOnly(AttemptResult.ATTEMPT_RESULT_CANCELLED);
    assertThat(attempts()).hasSize(2);
    assertThat(ended).isEqualTo(1);
  }

  @Test
  void share_holds_whenEveryCallIsSlow() {
    Hedging hedges = known(settings(0.05, 1000));
    hedging = hedges;
    int calls = 1000;
    for (int i = 0; i < calls; i++) {
      outcome = null;
      start();
      time.advance(Duration.ofMillis(150));
      // Slow calls do not make it usual to be slow here: the quantile is fed back.
      content(first);
      complete(first, 1);
      for (int usual = 0; usual < 30; usual++) {
        hedges.firstContent("a", true, USUAL.toNanos());
      }
    }
    assertThat(second.calls.size()).isBetween((int) (calls * 0.04), (int) (calls * 0.05) + 6);
    assertThat(hedges("capped")).isEqualTo(calls - second.calls.size());
  }

  @Test
  void money_holds_andComesBackWithinAMinute() {
    // Some 1,270 prompt tokens at a dollar a million: more than the one budget, less than the
    // other.
    request = Spans.chat("word ".repeat(1000));
    hedging = known(settings(1, 0.0001));
    start();
    time.advance(Duration.ofMillis(150));
    assertThat(second.calls).isEmpty();
    assertThat(hedges("capped")).isEqualTo(1);
    Hedging hedges = known(settings(1, 0.002));
    hedging = hedges;
    outcome = null;
    start();
    time.advance(Duration.ofMillis(150));
    assertThat(second.calls).hasSize(1);
    content(second);
    complete(second, 1);
    outcome = null;
    start();
    time.advance(Duration.ofMillis(150));
    assertThat(second.calls).hasSize(1);
    time.advance(Duration.ofMinutes(1));
    content(first);
    complete(first, 1);
    for (int i = 0; i < 100; i++) {
      hedges.firstContent("a", true, USUAL.toNanos());
    }
    outcome = null;
    start();
    time.advance(Duration.ofMillis(150));
    assertThat(second.calls).hasSize(2);
  }

  @Test
  void modelWithoutAPrice_isNotAskedTwice() {
    price = null;
    start();
    time.advance(Duration.ofMillis(150));
    assertThat(second.calls).isEmpty();
  }

  @Test
  void noSecondTry_isMade_whenTheDeadlineIsNear() {
    deadline = time.nanoTime() + Duration.ofMillis(180).toNanos();
    start();
    time.advance(Duration.ofMillis(150));
    assertThat(second.calls).isEmpty();
  }

  @Test
  void noSecondTry_isMade_whenTooLittleIsKnownOrAnswersAreKept() {
    hedging = new Hedging(settings(1, 1), meters, time);
    start();
    time.advance(Duration.ofSeconds(5));
    assertThat(second.calls).isEmpty();
    hedging = known(settings(1, 1));
    outcome = null;
    request = request.toBuilder().setDialect(Dialect.DIALECT_OPENAI_RESPONSES).build();
    start();
    time.advance(Duration.ofSeconds(5));
    assertThat(second.calls).isEmpty();
  }
}
