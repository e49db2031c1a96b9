package dev.fairlead.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * Names of what spans tell about calls of models: OpenTelemetry's semantic conventions for
 * generative AI, v1.41.0 (semantic-conventions, {@code docs/gen-ai}, read November 2026). What is
 * about to be renamed stands in {@link GenAiConventions}.
 */
public final class GenAi {

  /** What is done: {@code chat}, {@code text_completion} or {@code embeddings}. */
  public static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("gen_ai.operation.name");

  /** Whose API is called, such as {@code openai}. */
  public static final AttributeKey<String> PROVIDER =
      AttributeKey.stringKey("gen_ai.provider.name");

  /** The model as the vendor is asked for it. */
  public static final AttributeKey<String> REQUEST_MODEL =
      AttributeKey.stringKey("gen_ai.request.model");

  /** Whether the answer is wanted in pieces. */
  public static final AttributeKey<Boolean> REQUEST_STREAM =
      AttributeKey.booleanKey("gen_ai.request.stream");

  /** Bound of the answer, tokens. */
  public static final AttributeKey<Long> REQUEST_MAX_TOKENS =
      AttributeKey.longKey("gen_ai.request.max_tokens");

  /** Why the answer ended, one a choice. */
  public static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");

  /** From the call to the first content, seconds. */
  public static final AttributeKey<Double> TIME_TO_FIRST_CHUNK =
      AttributeKey.doubleKey("gen_ai.response.time_to_first_chunk");

  /** Tokens of the prompt, those read from the vendor's cache included. */
  public static final AttributeKey<Long> INPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.input_tokens");

  /** Tokens of the answer. */
  public static final AttributeKey<Long> OUTPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.output_tokens");

  /** Tokens that the vendor had in its cache. */
  public static final AttributeKey<Long> CACHE_READ_TOKENS =
      AttributeKey.longKey("gen_ai.usage.cache_read.input_tokens");

  /** Tokens that the model thought with. */
  public static final AttributeKey<Long> REASONING_TOKENS =
      AttributeKey.longKey("gen_ai.usage.reasoning.output_tokens");

  /** What went wrong, one of a few words; only on spans that failed. */
  public static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  private GenAi() {}
}
