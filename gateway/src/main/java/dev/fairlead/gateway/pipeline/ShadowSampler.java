package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.gateway.quality.QualityConfig;
import dev.fairlead.gateway.quality.QualityEstimates;
import dev.fairlead.gateway.quality.ReferenceJudge;
import dev.fairlead.gateway.quality.ShadowBudget;
import dev.fairlead.gateway.quality.ShadowMetrics;
import dev.fairlead.gateway.scoring.ScorerClient;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.LabelOrigin;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import io.grpc.stub.StreamObserver;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the baseline the same as a sample of the requests that a cheaper model has answered, off the
 * request's path, and has the two answers compared. A request that must not be stored is not sent a
 * second time either. What does not fit the budget of the day or the number at a time is left out.
 *
 * <p>A prompt that its policy did not need scored is scored here, after its answer was picked and
 * paid for: only then is it known which estimate the comparison is about.
 */
public final class ShadowSampler {

  private static final Logger logger = LoggerFactory.getLogger(ShadowSampler.class);

  private final QualityConfig config;
  private final QualityEstimates estimates;
  private final ReferenceJudge judge;
  private final ShadowBudget budget;
  private final ShadowMetrics metrics;
  private final DoubleSupplier random;
  private final Semaphore permits;

  /**
   * A sampler.
   *
   * @param random uniform in [0, 1)
   */
  public ShadowSampler(
      QualityConfig config,
      QualityEstimates estimates,
      ReferenceJudge judge,
      ShadowBudget budget,
      ShadowMetrics metrics,
      DoubleSupplier random) {
    this.config = config;
    this.estimates = estimates;
    this.judge = judge;
    this.budget = budget;
    this.metrics = metrics;
    this.random = random;
    this.permits = new Semaphore(config.shadowConcurrency());
  }

  /** Compares the answer, if it is picked; returns at once. */
  void consider(Generation generation, GenerationCompleted served, Settlement settlement) {
    Expectation expected = settlement.expectation();
    if (config.shadowShare() == 0
        || !worthComparing(generation, served, expected)
        || !comparable(generation.call, served)
        || random.getAsDouble() >= config.shadowShare()) {
      return;
    }
    ModelSpec baseline = generation.call.baseline().orElse(null);
    if (baseline == null) {
      return;
    }
    if (!permits.tryAcquire()) {
      metrics.skipped("busy");
      return;
    }
    long estimate = baseline.costNanoUsd(settlement.usage());
    Comparison comparison = new Comparison(generation, served, expected, baseline, estimate);
    Thread.ofVirtual().name("shadow").start(comparison::start);
  }

  /** Answers of the baseline itself have nothing to gain; a named model was the caller's choice. */
  private static boolean worthComparing(
      Generation generation, GenerationCompleted served, @Nullable Expectation expected) {
    InferenceCall call = generation.call;
    return expected == null
        ? call.pipeline.quality.lacksScore(call, generation.decision, served.getModelId())
        : expected.gain() > 0;
  }

  private static boolean comparable(InferenceCall call, GenerationCompleted served) {
    return call.mayStore
        && served.getFinishReason() == FinishReason.FINISH_REASON_STOP
        && !served.getText().isEmpty()
        && call.request.facts().choiceCount() == 1
        && !call.request.facts().lastUserText().isEmpty();
  }

  /** One comparison: budget, score where there is none, baseline's answer, verdict, books. */
  private final class Comparison implements StreamObserver<ProviderServiceStreamGenerateResponse> {

    private final Generation generation;
    private final GenerationCompleted served;
    private final ModelSpec baseline;
    private final long reserved;

    /** Set before the baseline is asked, from whichever thread has scored the prompt. */
    private volatile @Nullable Expectation expected;

    private @Nullable GenerationCompleted reference;

    Comparison(
        Generation generation,
        GenerationCompleted served,
        @Nullable Expectation expected,
        ModelSpec baseline,
        long estimate) {
      this.generation = generation;
      this.served = served;
      this.expected = expected;
      this.baseline = baseline;
      // A judging model reads both answers and the question again.
      this.reserved = 2 * estimate;
    }

    void start() {
      try {
        if (!budget.take(reserved)) {
          metrics.skipped("budget");
          permits.release();
          return;
        }
      } catch (UncheckedIOException | IllegalStateException e) {
        logger.debug("the budget of comparisons cannot be asked", e);
        metrics.skipped("budget");
        permits.release();
        return;
      }
      if (expected == null) {
        score();
      } else {
        ask();
      }
    }

    private void score() {
      InferenceCall call = generation.call;
      call.scope.runDetached(() ->
          call.pipeline.scorer.analyze(
              call.scope.tenant(),
              call.request.facts().lastUserText(),
              this::scored,
              this::failed));
    }

    private void scored(AnalyzeResponse analysis) {
      InferenceCall call = generation.call;
      Expectation known =
          call.pipeline.quality.scoredLate(
              call, generation.decision, served.getModelId(), analysis);
      expected = known;
      if (known == null) {
        failed(new IllegalStateException("the model is not in the catalogue any more"));
      } else {
        ask();
      }
    }

    private void ask() {
      InferenceCall call = generation.call;
      ProviderServiceStreamGenerateRequest request =
          ProviderServiceStreamGenerateRequest.newBuilder()
              .setCall(generation.callOf(java.util.List.of(baseline)))
              .build();
      call.scope.runDetached(() ->
          call.pipeline
              .provider
              .withDeadlineAfter(config.shadowTimeout().toNanos(), TimeUnit.NANOSECONDS)
              .streamGenerate(request, this));
    }

    @Override
    public void onNext(ProviderServiceStreamGenerateResponse message) {
      if (message.hasCompleted()) {
        reference = message.getCompleted();
      }
    }

    @Override
    public void onError(Throwable error) {
      failed(error);
    }

    @Override
    public void onCompleted() {
      GenerationCompleted told = reference;
      if (told == null || told.getText().isEmpty()) {
        failed(new IllegalStateException("the baseline gave no text"));
        return;
      }
      if (told.getFinishReason() != FinishReason.FINISH_REASON_STOP) {
        // A cut or filtered answer is no measure of another one; it is paid for all the same.
        metrics.skipped("unfinished");
        settle(0);
        return;
      }
      ReferenceJudge.Pair pair =
          new ReferenceJudge.Pair(
              generation.call.request.facts().lastUserText(), served.getText(), told.getText());
      if (ReferenceJudge.sameWords(pair)) {
        judged(1.0, 0L);
      } else {
        generation.call.scope.runDetached(() -> judge.judge(pair, this::judged, this::failed));
      }
    }

    private void judged(double quality, long verdictNanoUsd) {
      Expectation known = Objects.requireNonNull(expected, "judged before it was scored");
      InferenceCall call = generation.call;
      estimates.observed(call.scope.tenant(), served.getModelId(), known.gain(), quality);
      if (known.propensity() > 0) {
        call.pipeline.scorer.learn(
            new ScorerClient.Label(
                call.scope.tenant(),
                call.request.facts().lastUserText(),
                1 - quality,
                known.propensity(),
                LabelOrigin.LABEL_ORIGIN_SHADOW));
      }
      metrics.compared(quality);
      settle(verdictNanoUsd);
    }

    private void failed(Throwable error) {
      logger.debug("a comparison with the baseline failed", error);
      metrics.skipped("failed");
      settle(0);
    }

    private void settle(long verdictNanoUsd) {
      GenerationCompleted told = reference;
      long cost = verdictNanoUsd;
      if (told != null) {
        var usage = Usages.fromProto(told.getUsage());
        cost += baseline.costNanoUsd(usage);
        generation.call.pipeline.metrics.charged(baseline.id(), usage, baseline.costNanoUsd(usage));
        account(usage, verdictNanoUsd, told.getProvider());
      }
      metrics.spent(cost);
      long correction = cost - reserved;
      permits.release();
      Thread.ofVirtual().name("shadow").start(() -> correct(correction));
    }

    /** In the ledger like everything that is billed; no baseline would have been compared. */
    private void account(TokenUsage usage, long verdictNanoUsd, String provider) {
      List<Charge> charges = new ArrayList<>(2);
      if (verdictNanoUsd > 0) {
        charges.add(
            new Charge("judge", null, "", "success", TokenUsage.of(0, 0), verdictNanoUsd, 0));
      }
      long cost = baseline.costNanoUsd(usage);
      charges.add(new Charge(baseline.id(), baseline, provider, "success", usage, cost, 0));
      InferenceCall call = generation.call;
      call.pipeline.accounting.beside(call.request, call.scope, "quality_comparison", charges);
    }

    private void correct(long nanoUsd) {
      try {
        budget.correct(nanoUsd);
      } catch (UncheckedIOException | IllegalStateException e) {
        logger.debug("the budget of comparisons cannot be corrected", e);
      }
    }
  }
}
