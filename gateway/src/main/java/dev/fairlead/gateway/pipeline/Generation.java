package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.UpstreamError;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

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
              error -> call.scope.run(() -> failed(error, List.of(), decision.first().id()))));
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
            completed.getDroppedFieldsList());
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

  AnswerHead head(String modelId, int attempts, long overheadNanos, List<String> droppedFields) {
    return new AnswerHead(
        call.scope.requestId(),
        modelId,
        decision.policy(),
        decision.reason().label(),
        decision.complexity(),
        call.cacheUse,
        OptionalDouble.empty(),
        attempts,
        overheadNanos,
        decision,
        droppedFields);
  }

  Settlement settle(GenerationCompleted completed, OptionalLong firstTokenNanos) {
    record(completed.getAttemptsList());
    TokenUsage usage = Usages.fromProto(completed.getUsage());
    long cost = costNanoUsd(completed.getModelId(), usage);
    return new Settlement(
        usage,
        cost,
        call.savedNanoUsd(usage, cost),
        completed.getFinishReason(),
        completed.getAttemptsList(),
        call.scope.elapsedNanos(),
        firstTokenNanos,
        call.pipeline.quality.served(call, decision, completed.getModelId()));
  }

  private void record(List<Attempt> attempts) {
    call.pipeline.tries.record(
        call.request.facts().model(), call.scope.tenant(), decision, attempts);
  }

  private long costNanoUsd(String modelId, TokenUsage usage) {
    for (ModelSpec model : decision.order()) {
      if (model.id().equals(modelId)) {
        return model.costNanoUsd(usage);
      }
    }
    return 0;
  }

  /** Ends the request; {@code seen} are the attempts that a stream has already reported. */
  void failed(Throwable error, List<Attempt> seen, String modelId) {
    Failure failure = FailureStatus.fromThrowable(error);
    FailedAttempts told =
        FailureStatus.detail(error, FailedAttempts.class)
            .orElse(FailedAttempts.getDefaultInstance());
    List<Attempt> tried = told.getAttemptsList();
    List<Attempt> attempts = tried.size() >= seen.size() ? tried : seen;
    record(attempts);
    UpstreamError upstream = FailureStatus.detail(error, UpstreamError.class).orElse(null);
    call.fail(
        new FailedAnswer(
            failure,
            upstream,
            attempts.size(),
            told.getRetriesSpent() || retriesSpent(failure, attempts),
            modelId));
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
   * A stream ended before its end: what was generated is paid for all the same, as near as it can
   * be counted.
   *
   * @param text what was generated; empty when it was too long to keep
   * @param contentEvents events that told it, about one a token
   */
  void chargePartial(String modelId, String text, long contentEvents) {
    TokenCounter counter = TokenCounter.forModel(upstream(modelId));
    long prompt = PromptEstimate.counted(call.request.facts(), counter);
    long completion = text.isEmpty() ? contentEvents : counter.count(text);
    charge(modelId, new TokenUsage(prompt, 0, 0, completion, 0, true));
  }

  /** Pays for what no complete answer pays for. */
  void charge(String modelId, TokenUsage usage) {
    call.pipeline.metrics.charged(modelId, usage, costNanoUsd(modelId, usage));
  }

  private String upstream(String modelId) {
    return decision.order().stream()
        .filter(model -> model.id().equals(modelId))
        .map(ModelSpec::upstream)
        .findFirst()
        .orElse("");
  }
}
