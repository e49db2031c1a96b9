package dev.fairlead.provider.resilience;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.telemetry.GenAi;
import dev.fairlead.telemetry.GenAiClientMeters;
import dev.fairlead.telemetry.GenAiConventions;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;

/**
 * What the calls of one model for one operation have in common for those who watch: their meters,
 * and the name and attributes of their spans. Made once, so that a call only looks it up.
 */
final class ObservedModel {

  private static final AttributeKey<String> CATALOGUE_ID = AttributeKey.stringKey("fairlead.model");
  private static final AttributeKey<String> PROVIDER_KEY =
      AttributeKey.stringKey("fairlead.provider");

  final ModelSpec model;
  final String spanName;
  final Attributes whole;
  final Attributes streamed;
  private final ModelMeters meters;
  private final GenAiClientMeters conventional;

  /**
   * Registers the meters.
   *
   * @param provider configured name
   * @param vendor value of {@code gen_ai.provider.name}
   */
  ObservedModel(
      ModelSpec model,
      Dialect dialect,
      String provider,
      String vendor,
      MeterRegistry registry,
      GenAiConventions names) {
    String operation = operation(dialect);
    this.model = model;
    this.spanName = operation + " " + model.upstream();
    Attributes known =
        Attributes.builder()
            .put(GenAi.OPERATION, operation)
            .put(GenAi.PROVIDER, vendor)
            .put(GenAi.REQUEST_MODEL, model.upstream())
            .put(CATALOGUE_ID, model.id())
            .put(PROVIDER_KEY, provider)
            .build();
    this.whole = known.toBuilder().put(GenAi.REQUEST_STREAM, false).build();
    this.streamed = known.toBuilder().put(GenAi.REQUEST_STREAM, true).build();
    this.meters = new ModelMeters(registry, provider, model.id());
    this.conventional = new GenAiClientMeters(registry, names, operation, vendor, model.upstream());
  }

  /** Value of {@code gen_ai.operation.name}. */
  private static String operation(Dialect dialect) {
    return switch (dialect) {
      case DIALECT_OPENAI_COMPLETIONS -> "text_completion";
      case DIALECT_OPENAI_EMBEDDINGS -> "embeddings";
      case DIALECT_OPENAI_CHAT,
          DIALECT_OPENAI_RESPONSES,
          DIALECT_ANTHROPIC_MESSAGES,
          DIALECT_UNSPECIFIED,
          UNRECOGNIZED ->
          "chat";
    };
  }

  /** The first content of a stream has come. */
  void firstChunk(long nanosSinceCall) {
    meters.firstToken(nanosSinceCall);
    conventional.firstChunk(nanosSinceCall);
  }

  /** More content of a stream has come. */
  void laterChunk(long nanosSinceLast) {
    conventional.outputChunk(nanosSinceLast);
  }

  /** A call was answered. */
  void completed(long nanos, TokenUsage usage) {
    meters.ended(AttemptResult.ATTEMPT_RESULT_SUCCESS, nanos);
    conventional.completed(
        nanos,
        usage.promptTokens(),
        usage.completionTokens(),
        usage.cachedPromptTokens(),
        usage.cacheWriteTokens(),
        usage.reasoningTokens());
  }

  /** A call failed. */
  void failed(long nanos, AttemptResult result, String errorType) {
    meters.ended(result, nanos);
    conventional.failed(nanos, errorType);
  }
}
