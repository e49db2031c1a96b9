package dev.fairlead.telemetry;

import io.opentelemetry.api.common.AttributeKey;

/**
 * Which names of the GenAI conventions are told where two are about: those of the last published
 * set, which dashboards know, or those that the conventions are changing to in a repository of
 * their own (open-telemetry/semantic-conventions-genai, {@code migration.md}, read November 2026).
 */
public enum GenAiConventions {
  /** v1.41.0. */
  PUBLISHED(
      "gen_ai.client.operation.duration",
      "gen_ai.client.operation.time_to_first_chunk",
      "gen_ai.client.operation.time_per_output_chunk",
      "gen_ai.usage.cache_creation.input_tokens"),
  /** What {@code OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental} asks for. */
  LATEST(
      "gen_ai.client.inference.duration",
      "gen_ai.client.inference.time_to_first_chunk",
      "gen_ai.client.inference.time_per_output_chunk",
      "gen_ai.usage.cache_write.input_tokens");

  /** The name that opts in to {@link #LATEST}. */
  public static final String OPT_IN = "gen_ai_latest_experimental";

  private final String duration;
  private final String timeToFirstChunk;
  private final String timePerOutputChunk;
  private final AttributeKey<Long> cacheWriteTokens;

  GenAiConventions(
      String duration, String timeToFirstChunk, String timePerOutputChunk, String cacheWrite) {
    this.duration = duration;
    this.timeToFirstChunk = timeToFirstChunk;
    this.timePerOutputChunk = timePerOutputChunk;
    this.cacheWriteTokens = AttributeKey.longKey(cacheWrite);
  }

  /** Those that the settings opt in to. */
  public static GenAiConventions of(TelemetrySettings settings) {
    for (String name : settings.semconvOptIn().split(",", -1)) {
      if (name.strip().equals(OPT_IN)) {
        return LATEST;
      }
    }
    return PUBLISHED;
  }

  /** Attribute of spans: tokens that the vendor put into its cache. */
  public AttributeKey<Long> cacheWriteTokens() {
    return cacheWriteTokens;
  }

  String duration() {
    return duration;
  }

  String timeToFirstChunk() {
    return timeToFirstChunk;
  }

  String timePerOutputChunk() {
    return timePerOutputChunk;
  }
}
