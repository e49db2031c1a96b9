package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.catalog.TokenUsage;

/**
 * Reads {@code usageMetadata}. Cached tokens are inside {@code promptTokenCount}, as in our
 * counting; thoughts are outside {@code candidatesTokenCount} and are added to it.
 */
final class UsageReader {

  private UsageReader() {}

  static TokenUsage read(JsonNode usage) {
    long prompt = count(usage, "promptTokenCount") + count(usage, "toolUsePromptTokenCount");
    long thoughts = count(usage, "thoughtsTokenCount");
    return new TokenUsage(
        prompt,
        count(usage, "cachedContentTokenCount"),
        0,
        count(usage, "candidatesTokenCount") + thoughts,
        thoughts,
        false);
  }

  /** No answer has more tokens than fit an int; a larger or negative number is nonsense. */
  private static long count(JsonNode usage, String name) {
    JsonNode value = usage.path(name);
    if (value.isIntegralNumber() && !value.canConvertToLong()) {
      return Integer.MAX_VALUE;
    }
    return Math.clamp(value.asLong(), 0, Integer.MAX_VALUE);
  }
}
