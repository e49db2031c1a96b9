package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.ledger.PromptClass;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.slo.Traffic;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.UpstreamError;
import dev.fairlead.v1.Usage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The part of a request's life after routing: the provider service's answer, its price, its way
 * into the cache and to the sink.
 */
final class Generation {

  final InferenceCall call;
  final Decision decision;
  final long upstreamStartNanos = System.nanoTime();

  Generation(InferenceCall call, Decision decision) {
    this.call = call;
    this.decision = decision;
  }

  void start() {
    GenerationCall generation = generationCall();
    if (call.request.facts().stream()) {
      ProviderServiceStreamGenerateRequest request =
          ProviderServiceStreamGenerateRequest.newBuilder().setCall(generation).build();
      call.pipeline.provider.streamGenerate(request, new StreamedGeneration(this));
    } else {
      ProviderServiceGenerateRequest request =
          ProviderServiceGenerateRequest.newBuilder().setCall(generation).build();
      call.pipeline.provider.generate(
          request,
          new dev.fairlead.gateway.upstream.UnaryResult<>(
              response -> call.scope.run(() -> call.step(() -> answered(response))),
              error ->
                  call.scope.run(
                      () -> call.step(() -> failed(error, Heard.nothing(decision.first().id()))))));
    }
  }

  private GenerationCall generationCall() {
    return callOf(decision.order());
  }

  /** The call as the provider service gets it, for these models in this order. */
  GenerationCall callOf(List<ModelSpec> models) {
    GenerationCall.Builder generation =
        GenerationCall.newBuilder()
            .putAllForwardHeaders(call.request.forwardHeaders())
            .setClientRetryCount(call.request.clientRetryCount());
    for (ModelSpec model : models) {
      generation.addModelIds(model.id());
    }
    int most =
        Math.min(
            decision.maxOutputTokens().orElse(Integer.MAX_VALUE), call.pipeline.maxOutputTokens());
    if (most < Integer.MAX_VALUE) {
      generation.setMaxOutputTokens(most);
    }
    switch (call.request.form()) {
      case Form.Raw raw -> generation.setRaw(raw.request());
      case Form.Typed typed -> generation.setChat(typed.request());
    }
    return generation.build();
  }

  private void answered(ProviderServiceGenerateResponse response) {
    GenerationCompleted completed = response.getCompleted();
    Settlement settlement = settle(completed, OptionalLong.empty());
    long overhead = call.scope.elapsedNanos() - (System.nanoTime() - upstreamStartNanos);
    AnswerHead head =
        head(
            completed.getModelId(),
            completed.getAttemptsCount(),
            overhead,
            completed.getDroppedFieldsList(),
            Map.of());
    Answer answer =
        new Answer(
            head,
            settlement,
            response.hasRaw() ? response.getRaw() : null,
            response.hasChat() ? response.getChat() : null,
            ByteString.EMPTY,
            completed.getResponseHeadersMap(),
            null);
    CacheWrite write = new CacheWrite(call, completed, settlement);
    if (response.hasRaw()) {
      write.raw(response.getRaw());
    } else {
      write.chat(response.getChat());
    }
    call.pipeline.shadows.consider(this, completed, settlement);
    write.then(() -> call.complete(answer));
  }

  AnswerHead head(
      String modelId,
      int attempts,
      long overheadNanos,
      List<String> droppedFields,
      Map<String, String> vendorHeaders) {
    return new AnswerHead(
        call.scope.requestId(),
        modelId,
        decision.policy(),
        decision.reason().label(),
        decision.complexity(),
        call.cacheUse,
        OptionalDouble.empty(),
        OptionalLong.empty(),
        attempts,
        overheadNanos,
        decision,
        droppedFields,
        null,
        vendorHeaders);
  }

  Settlement settle(GenerationCompleted completed, OptionalLong firstTokenNanos) {
    record(completed.getAttemptsList());
    long tries = chargeFailed(completed.getAttemptsList());
    TokenUsage usage = Usages.fromProto(completed.getUsage());
    long answer = costNanoUsd(completed.getModelId(), usage);
    learnLength(completed, usage);
    call.receipt.paid(
        new Charge(
            completed.getModelId(),
            model(completed.getModelId()),
            completed.getProvider(),
            "success",
            usage,
            answer,
            call.baselineNanoUsd(usage, answer)));
    return new Settlement(
        usage,
        answer + tries,
        tries,
        call.savedNanoUsd(usage, answer) - tries,
        completed.getFinishReason(),
        completed.getAttemptsList(),
        call.scope.elapsedNanos(),
        firstTokenNanos,
        call.pipeline.quality.served(call, decision, completed.getModelId()),
        null);
  }

  /** An answer that was cut at its bound would have been longer; nobody knows by how much. */
  private void learnLength(GenerationCompleted completed, TokenUsage usage) {
    long tokens = usage.completionTokens() / call.request.facts().choiceCount();
    boolean cut = completed.getFinishReason() == FinishReason.FINISH_REASON_LENGTH;
    call.pipeline
        .accounting
        .lengths()
        .observe(completed.getModelId(), promptClass(), cut ? 2 * tokens : tokens);
  }

  private String promptClass() {
    return PromptClass.of(call.request.facts().needs(), call.request.facts().promptCharacters());
  }

  private void record(List<Attempt> attempts) {
    call.pipeline.tries.record(
        new Traffic(call.request.facts().model(), call.scope.tenant(), promptClass()),
        decision,
        attempts);
  }

  /** Pays for tries that failed and whose vendor told what they took; answers their cost. */
  private long chargeFailed(List<Attempt> attempts) {
    long sum = 0;
    for (Attempt attempt : attempts) {
      if (attempt.getResult() != AttemptResult.ATTEMPT_RESULT_SUCCESS && isPaid(attempt)) {
        sum += charge(attempt, Usages.fromProto(attempt.getUsage()), 0);
      }
    }
    return sum;
  }

  private static boolean isPaid(Attempt attempt) {
    Usage usage = attempt.getUsage();
    return usage.getPromptTokens() > 0 || usage.getCompletionTokens() > 0;
  }

  private long charge(Attempt attempt, TokenUsage usage, long baselineNanoUsd) {
    long cost = costNanoUsd(attempt.getModelId(), usage);
    call.pipeline.metrics.charged(attempt.getModelId(), usage, cost);
    call.receipt.paid(
        new Charge(
            attempt.getModelId(),
            model(attempt.getModelId()),
            attempt.getProvider(),
            label(attempt.getResult()),
            usage,
            cost,
            baselineNanoUsd));
    return cost;
  }

  private static String label(AttemptResult result) {
    return result.name().substring("ATTEMPT_RESULT_".length()).toLowerCase(Locale.ROOT);
  }

  private long costNanoUsd(String modelId, TokenUsage usage) {
    ModelSpec model = model(modelId);
    return model == null ? 0 : model.costNanoUsd(usage);
  }

  private @Nullable ModelSpec model(String modelId) {
    for (ModelSpec model : decision.order()) {
      if (model.id().equals(modelId)) {
        return model;
      }
    }
    return null;
  }

  /** Ends the request; {@code heard} is what a stream has said before. */
  void failed(Throwable error, Heard heard) {
    Failure failure = FailureStatus.fromThrowable(error);
    FailedAttempts told =
        FailureStatus.detail(error, FailedAttempts.class)
            .orElse(FailedAttempts.getDefaultInstance());
    List<Attempt> tried = told.getAttemptsList();
    List<Attempt> attempts = tried.size() >= heard.ended().size() ? tried : heard.ended();
    record(attempts);
    chargeCut(attempts, heard);
    UpstreamError upstream = FailureStatus.detail(error, UpstreamError.class).orElse(null);
    call.fail(
        new FailedAnswer(
            failure,
            upstream,
            attempts,
            told.getRetriesSpent() || retriesSpent(failure, attempts),
            heard.modelId()));
  }

  /**
   * More than one try that reached an upstream failed: a client that tries again would multiply
   * them. What was only shed has cost nothing, and a known time to come again is worth obeying.
   */
  private static boolean retriesSpent(Failure failure, List<Attempt> attempts) {
    long reached =
        attempts.stream()
            .filter(attempt -> attempt.getResult() != AttemptResult.ATTEMPT_RESULT_SHED)
            .count();
    return failure.retryable() && failure.retryAfter() == null && reached > 1;
  }

  /**
   * What was generated is paid for all the same, however it ended: as the vendor told, or as near
   * as it can be counted.
   */
  void chargeCut(List<Attempt> attempts, Heard heard) {
    boolean spoke = heard.contentEvents() > 0;
    Attempt speaker = spoke && attempts.size() >= heard.number() ? attempts.getLast() : null;
    chargeFailed(speaker == null ? attempts : attempts.subList(0, attempts.size() - 1));
    if (speaker == null && !spoke) {
      return;
    }
    TokenCounter counter = TokenCounter.forModel(upstream(heard.modelId()));
    String text = heard.text().get();
    long counted = text.isEmpty() ? heard.contentEvents() : counter.count(text);
    TokenUsage told = speaker == null ? TokenUsage.of(0, 0) : Usages.fromProto(speaker.getUsage());
    TokenUsage usage = atLeast(told, counted, counter);
    Attempt attempt =
        speaker != null
            ? speaker
            : Attempt.newBuilder()
                .setModelId(heard.modelId())
                .setResult(AttemptResult.ATTEMPT_RESULT_CANCELLED)
                .build();
    charge(attempt, usage, call.baselineNanoUsd(usage, costNanoUsd(attempt.getModelId(), usage)));
  }

  /**
   * A vendor that was cut off may have told its prompt's tokens and only the first of the answer.
   */
  private TokenUsage atLeast(TokenUsage told, long completion, TokenCounter counter) {
    if (told.promptTokens() > 0 && told.completionTokens() >= completion) {
      return told;
    }
    long prompt =
        told.promptTokens() > 0
            ? told.promptTokens()
            : PromptEstimate.counted(call.request.facts(), counter);
    return new TokenUsage(
        prompt,
        told.cachedPromptTokens(),
        told.cacheWriteTokens(),
        Math.max(told.completionTokens(), completion),
        told.reasoningTokens(),
        true);
  }

  private String upstream(String modelId) {
    return decision.order().stream()
        .filter(model -> model.id().equals(modelId))
        .map(ModelSpec::upstream)
        .findFirst()
        .orElse("");
  }
}
