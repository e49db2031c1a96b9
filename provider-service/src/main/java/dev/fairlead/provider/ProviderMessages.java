package dev.fairlead.provider;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.generation.AttemptRecord;
import dev.fairlead.provider.generation.GenerationOutcome;
import dev.fairlead.provider.registry.ProviderStack;
import dev.fairlead.provider.registry.Snapshot;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.BreakerState;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.GetStatusResponse;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.ListModelsResponse;
import dev.fairlead.v1.LongContextPrice;
import dev.fairlead.v1.Model;
import dev.fairlead.v1.ProviderStatus;
import dev.fairlead.v1.UpstreamError;
import dev.fairlead.v1.Usage;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.grpc.StatusRuntimeException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our records as the contract's messages. Pure. */
final class ProviderMessages {

  private ProviderMessages() {}

  static ListModelsResponse models(Catalog catalog, ListModelsRequest request) {
    ListModelsResponse.Builder response =
        ListModelsResponse.newBuilder().setVersion(catalog.version());
    catalog.models().forEach(model -> response.addModels(model(model)));
    String digest = digest(response.getModelsList());
    boolean known =
        request.getKnownDigest().isEmpty()
            ? request.getKnownVersion() == catalog.version()
            : request.getKnownDigest().equals(digest);
    if (known) {
      response.clearModels();
    }
    return response.setDigest(digest).build();
  }

  private static String digest(List<Model> models) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      models.forEach(model ->
          sha.update(ListModelsResponse.newBuilder().addModels(model).build().toByteArray()));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Model model(ModelSpec spec) {
    Model.Builder model =
        Model.newBuilder()
            .setId(spec.id())
            .setProvider(spec.provider())
            .setUpstream(spec.upstream())
            .setTier(tier(spec.tier()))
            .setContextWindow(spec.contextWindow())
            .setMaxOutputTokens(spec.maxOutputTokens());
    spec.capabilities().stream().map(Capability::label).sorted().forEach(model::addCapabilities);
    if (!spec.capabilities().contains(Capability.EMBEDDINGS)) {
      model.addCapabilities("streaming");
    }
    Price price = spec.price();
    if (price != null) {
      model
          .setInputNanoUsdPerMillion(price.inputNanoUsdPerMillion())
          .setOutputNanoUsdPerMillion(price.outputNanoUsdPerMillion())
          .setCachedInputNanoUsdPerMillion(price.cachedInputNanoUsdPerMillion())
          .setCacheWriteNanoUsdPerMillion(price.cacheWriteNanoUsdPerMillion());
      price.longContext().forEach(step -> model.addLongContextPrices(longContext(step)));
    }
    return model.build();
  }

  private static LongContextPrice longContext(Price.LongContext step) {
    Price rates = step.rates();
    return LongContextPrice.newBuilder()
        .setAbovePromptTokens(step.abovePromptTokens())
        .setInputNanoUsdPerMillion(rates.inputNanoUsdPerMillion())
        .setOutputNanoUsdPerMillion(rates.outputNanoUsdPerMillion())
        .setCachedInputNanoUsdPerMillion(rates.cachedInputNanoUsdPerMillion())
        .setCacheWriteNanoUsdPerMillion(rates.cacheWriteNanoUsdPerMillion())
        .build();
  }

  private static dev.fairlead.v1.Tier tier(@Nullable Tier tier) {
    return switch (tier) {
      case CHEAP -> dev.fairlead.v1.Tier.TIER_CHEAP;
      case STANDARD -> dev.fairlead.v1.Tier.TIER_STANDARD;
      case QUALITY -> dev.fairlead.v1.Tier.TIER_QUALITY;
      case null -> dev.fairlead.v1.Tier.TIER_UNSPECIFIED;
    };
  }

  static GetStatusResponse status(Snapshot snapshot) {
    GetStatusResponse.Builder response = GetStatusResponse.newBuilder();
    for (ProviderStack stack : snapshot.providers().values()) {
      List<String> modelIds = snapshot.modelIds(stack.name());
      java.time.Duration wait = stack.breaker().retryIn(modelIds);
      BreakerState state = state(stack.breaker().state(modelIds), wait);
      ProviderStatus.Builder status =
          ProviderStatus.newBuilder()
              .setName(stack.name())
              .setKind(stack.kind())
              .setBreaker(state)
              .setInFlight(stack.inFlight());
      if (stack.breaker().failureRate() >= 0) {
        status.setFailureRate(stack.breaker().failureRate());
      }
      if (state == BreakerState.BREAKER_STATE_OPEN) {
        status.setRetryIn(duration(wait));
      }
      status.addAllModelIds(modelIds);
      modelIds.stream().filter(stack.breaker()::refuses).forEach(status::addOpenModelIds);
      response.addProviders(status);
    }
    return response.build();
  }

  /**
   * What the next call would meet: a circuit stays open until a call comes, and none comes while
   * the gateway keeps away from those that say open.
   */
  private static BreakerState state(CircuitBreaker.State state, java.time.Duration wait) {
    return switch (state) {
      case CLOSED, DISABLED, METRICS_ONLY -> BreakerState.BREAKER_STATE_CLOSED;
      case HALF_OPEN -> BreakerState.BREAKER_STATE_HALF_OPEN;
      case OPEN, FORCED_OPEN ->
          wait.isZero() ? BreakerState.BREAKER_STATE_HALF_OPEN : BreakerState.BREAKER_STATE_OPEN;
    };
  }

  static GenerationCompleted completed(
      String modelId,
      String provider,
      List<String> droppedFields,
      GenerationOutcome.Answered answered) {
    Completion completion = answered.completion();
    GenerationCompleted.Builder message =
        GenerationCompleted.newBuilder()
            .setModelId(modelId)
            .setProvider(provider)
            .setUsage(usage(completion.usage()))
            .setFinishReason(completion.finishReason())
            .setText(completion.text())
            .addAllDroppedFields(droppedFields)
            .putAllResponseHeaders(completion.headers());
    answered.attempts().forEach(attempt -> message.addAttempts(attempt(attempt)));
    return message.build();
  }

  static Attempt attempt(AttemptRecord attempt) {
    Attempt.Builder message =
        Attempt.newBuilder()
            .setNumber(attempt.number())
            .setModelId(attempt.modelId())
            .setProvider(attempt.provider())
            .setResult(attempt.result())
            .setHttpStatus(attempt.httpStatus())
            .setLatency(duration(attempt.latency()))
            .setMessage(attempt.message());
    if (attempt.timeToFirstToken() != null) {
      message.setTimeToFirstToken(duration(attempt.timeToFirstToken()));
    }
    if (attempt.usage() != null) {
      message.setUsage(usage(attempt.usage()));
    }
    return message.build();
  }

  static StatusRuntimeException status(GenerationOutcome.Failed failed) {
    UpstreamFailure failure = failed.failure();
    FailedAttempts.Builder attempts = FailedAttempts.newBuilder();
    failed.attempts().forEach(attempt -> attempts.addAttempts(attempt(attempt)));
    attempts.setRetriesSpent(failed.retriesSpent());
    List<Message> details = new ArrayList<>(2);
    details.add(attempts.build());
    if (!failure.errorBody().isEmpty() || !failure.headers().isEmpty()) {
      details.add(
          UpstreamError.newBuilder()
              .setHttpStatus(failure.httpStatus())
              .setDialect(failure.errorDialect())
              .setBody(failure.errorBody())
              .putAllResponseHeaders(failure.headers())
              .build());
    }
    return FailureStatus.toStatus(failure.failure(), details.toArray(Message[]::new));
  }

  private static Usage usage(TokenUsage usage) {
    return Usage.newBuilder()
        .setPromptTokens(usage.promptTokens())
        .setCachedPromptTokens(usage.cachedPromptTokens())
        .setCacheWriteTokens(usage.cacheWriteTokens())
        .setCompletionTokens(usage.completionTokens())
        .setReasoningTokens(usage.reasoningTokens())
        .setSource(usage.estimated() ? Usage.Source.SOURCE_ESTIMATED : Usage.Source.SOURCE_REPORTED)
        .build();
  }

  private static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
