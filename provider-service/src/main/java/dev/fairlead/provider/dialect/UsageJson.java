package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fairlead.catalog.TokenUsage;
import java.io.IOException;

/**
 * Tokens in each dialect's counting: cached ones are inside OpenAI's prompt, outside Anthropic's.
 */
final class UsageJson {

  private UsageJson() {}

  static void chat(JsonGenerator json, TokenUsage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("prompt_tokens", usage.promptTokens());
    json.writeNumberField("completion_tokens", usage.completionTokens());
    json.writeNumberField("total_tokens", usage.totalTokens());
    details(json, "prompt_tokens_details", "completion_tokens_details", usage);
    json.writeEndObject();
  }

  static void responses(JsonGenerator json, TokenUsage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("input_tokens", usage.promptTokens());
    json.writeNumberField("output_tokens", usage.completionTokens());
    json.writeNumberField("total_tokens", usage.totalTokens());
    details(json, "input_tokens_details", "output_tokens_details", usage);
    json.writeEndObject();
  }

  private static void details(JsonGenerator json, String input, String output, TokenUsage usage)
      throws IOException {
    json.writeObjectFieldStart(input);
    json.writeNumberField("cached_tokens", usage.cachedPromptTokens());
    json.writeNumberField("cache_write_tokens", usage.cacheWriteTokens());
    json.writeEndObject();
    json.writeObjectFieldStart(output);
    json.writeNumberField("reasoning_tokens", usage.reasoningTokens());
    json.writeEndObject();
  }

  static void messages(JsonGenerator json, TokenUsage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField(
        "input_tokens",
        usage.promptTokens() - usage.cachedPromptTokens() - usage.cacheWriteTokens());
    json.writeNumberField("cache_creation_input_tokens", usage.cacheWriteTokens());
    json.writeNumberField("cache_read_input_tokens", usage.cachedPromptTokens());
    json.writeNumberField("output_tokens", usage.completionTokens());
    json.writeEndObject();
  }
}
