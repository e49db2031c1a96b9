package dev.fairlead.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.Embedding;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is let in, who waits, who is sent away: one thread, two places in the queue. */
class ScorerAdmissionTest {

  private final GatedScorer scorer = new GatedScorer();
  private ScorerHarness harness;

  @BeforeEach
  void start() throws IOException {
    harness = ScorerHarness.start(scorer, "{ threads: 1, queue_capacity: 2, max_batch_size: 2 }");
  }

  @AfterEach
  void stop() {
    scorer.gate.release(1_000);
    harness.close();
    assertThat(scorer.closed).isTrue();
  }

  @Test
  void analyze_isRefusedAsOverloaded_whenTheQueueIsFull() {
    List<ListenableFuture<AnalyzeResponse>> waiting =
        List.of(analyze("a"), analyze("b"), analyze("c"));

    assertThatThrownBy(() -> harness.blocking().analyze(request("d")))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
              assertThat(FailureStatus.fromThrowable(e)).isInstanceOf(Failure.Overloaded.class);
              assertThat(FailureStatus.fromThrowable(e).retryAfter()).isNotNull();
            });
    assertThat(harness.dropped("overloaded")).isEqualTo(1);
    scorer.gate.release(3);
    waiting.forEach(call -> assertThat(call).succeedsWithin(10, TimeUnit.SECONDS));
    assertThat(scorer.started).containsExactly("a", "b", "c");
  }

  @Test
  void analyze_isNeverComputed_whenItIsCancelledInTheQueue() {
    ListenableFuture<AnalyzeResponse> running = analyze("running");
    await().until(() -> scorer.started.contains("running"));
    ListenableFuture<AnalyzeResponse> cancelled = analyze("cancelled");
    analyze("waiting");
    cancelled.cancel(true);

    // Its place is free at once, although nothing was computed meanwhile.
    await().until(() -> harness.dropped("cancelled") == 1);
    ListenableFuture<AnalyzeResponse> next = analyze("next");
    scorer.gate.release(3);
    assertThat(running).succeedsWithin(10, TimeUnit.SECONDS);
    assertThat(next).succeedsWithin(10, TimeUnit.SECONDS);
    assertThat(scorer.started).containsExactly("running", "waiting", "next");
  }

  @Test
  void analyze_isNeverComputed_whenItsDeadlinePassesInTheQueue() {
    ListenableFuture<AnalyzeResponse> running = analyze("running");
    await().until(() -> scorer.started.contains("running"));
    ListenableFuture<AnalyzeResponse> late =
        harness.future().withDeadlineAfter(50, TimeUnit.MILLISECONDS).analyze(request("late"));

    assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .satisfies(e ->
            assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    await().until(() -> harness.dropped("deadline") + harness.dropped("cancelled") == 1);
    scorer.gate.release(1);
    assertThat(running).succeedsWithin(10, TimeUnit.SECONDS);
    assertThat(scorer.started).containsExactly("running");
  }

  @Test
  void analyze_getsItsTurn_betweenTheBatchesOfALargeEmbed() {
    ListenableFuture<EmbedResponse> large =
        harness
            .future()
            .embed(EmbedRequest.newBuilder().addAllTexts(List.of("1", "2", "3", "4", "5")).build());
    await().until(() -> scorer.started.contains("1"));
    ListenableFuture<AnalyzeResponse> small = analyze("small");
    scorer.gate.release(6);

    assertThat(small).succeedsWithin(10, TimeUnit.SECONDS);
    assertThat(large)
        .succeedsWithin(10, TimeUnit.SECONDS)
        .returns(5, EmbedResponse::getEmbeddingsCount);
    assertThat(scorer.started).containsExactly("1", "2", "small", "3", "4", "5");
  }

  @Test
  void embed_isComputedByAllIdleThreads_andAnsweredInOrder() throws IOException {
    GatedScorer gated = new GatedScorer();
    try (ScorerHarness two =
        ScorerHarness.start(gated, "{ threads: 2, queue_capacity: 2, max_batch_size: 2 }")) {
      ListenableFuture<EmbedResponse> large =
          two.future()
              .embed(
                  EmbedRequest.newBuilder()
                      .addAllTexts(List.of("a", "bb", "ccc", "dddd", "eeeee"))
                      .build());
      await().atMost(30, TimeUnit.SECONDS).until(() -> gated.started.size() == 2);
      assertThat(gated.started).containsExactlyInAnyOrder("a", "ccc");
      gated.gate.release(5);

      assertThat(large).succeedsWithin(30, TimeUnit.SECONDS);
      assertThat(Futures.getUnchecked(large).getEmbeddingsList())
          .extracting(Embedding::getTokenCount)
          .containsExactly(3, 4, 5, 6, 7);
      assertThat(two.dropped("cancelled") + two.dropped("overloaded")).isZero();
    }
  }

  @Test
  void embed_failsOnce_whenOneOfItsThreadsFails() throws IOException {
    GatedScorer gated = new GatedScorer();
    try (ScorerHarness two =
        ScorerHarness.start(gated, "{ threads: 2, queue_capacity: 2, max_batch_size: 1 }")) {
      gated.gate.release(20);
      assertThatThrownBy(() ->
              two.blocking()
                  .embed(
                      EmbedRequest.newBuilder()
                          .addAllTexts(List.of("a", "fail", "b", "c"))
                          .build()))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageNotContaining("secret");
      assertThat(
              two.blocking()
                  .embed(EmbedRequest.newBuilder().addAllTexts(List.of("a", "b")).build())
                  .getEmbeddingsCount())
          .isEqualTo(2);
    }
  }

  @Test
  void embed_stopsBetweenBatches_whenItIsCancelled() {
    ListenableFuture<EmbedResponse> large =
        harness
            .future()
            .embed(EmbedRequest.newBuilder().addAllTexts(List.of("1", "2", "3", "4", "5")).build());
    await().until(() -> scorer.started.contains("1"));
    large.cancel(true);
    scorer.gate.release(2);

    await().until(() -> harness.dropped("cancelled") == 1);
    ListenableFuture<AnalyzeResponse> next = analyze("next");
    scorer.gate.release(1);
    assertThat(next).succeedsWithin(10, TimeUnit.SECONDS);
    assertThat(scorer.started).containsExactly("1", "2", "next");
  }

  @Test
  void analyze_isComputedOnce_whenTheTextComesAgain() {
    scorer.gate.release(1);
    AnalyzeResponse first = harness.blocking().analyze(request("again"));
    AnalyzeResponse second = harness.blocking().analyze(request("again"));

    assertThat(second).isEqualTo(first);
    assertThat(scorer.started).containsExactly("again");
    AnalyzeResponse withEmbedding =
        harness.blocking().analyze(request("again").toBuilder().setWithEmbedding(true).build());
    assertThat(withEmbedding.getEmbeddingList()).containsExactly(1f, 0f);
    assertThat(first.getEmbeddingList()).isEmpty();
  }

  @Test
  void analyze_isComputedAgain_whenTheTextIsTooLongForTheMemo() {
    scorer.gate.release(2);
    String large = "x".repeat(AnalysisMemo.MAX_BYTES + 1);
    harness.blocking().analyze(request(large));
    harness.blocking().analyze(request(large));

    assertThat(scorer.started).hasSize(2);
  }

  @Test
  void analyze_answersInternal_whenComputingFails_andTheNextCallIsServed() {
    scorer.gate.release(2);

    assertThatThrownBy(() -> harness.blocking().analyze(request("fail")))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
              assertThat(e.getMessage()).doesNotContain("secret");
            });
    assertThat(harness.blocking().analyze(request("works")).getComplexity()).isEqualTo(0.5);
    assertThat(harness.dropped("failed")).isEqualTo(1);
  }

  @Test
  void analyze_answersInternal_whenATextOverflowsTheStack_andNoPlaceIsLost() {
    scorer.gate.release(100);

    // More of them than threads and places in the queue.
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(
              () -> harness.future().analyze(request("overflow")).get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .satisfies(
              e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.INTERNAL));
    }
    assertThat(harness.blocking().analyze(request("works")).getComplexity()).isEqualTo(0.5);
    assertThat(harness.dropped("failed")).isEqualTo(5);
  }

  @Test
  void queueDepth_isAGauge_whileCallsWait() {
    analyze("running");
    await().until(() -> scorer.started.contains("running"));
    analyze("waiting");

    assertThat(harness.meters.get("llm.router.scorer.queue.depth").gauge().value()).isEqualTo(1);
  }

  private ListenableFuture<AnalyzeResponse> analyze(String text) {
    return harness.future().analyze(request(text));
  }

  private static AnalyzeRequest request(String text) {
    return AnalyzeRequest.newBuilder().setText(text).build();
  }
}
