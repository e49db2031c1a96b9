package dev.fairlead.provider.bedrock;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.bedrockruntime.model.TokenUsage;

/**
 * Converse's usage in our counting: tokens read from and written to the prompt cache stand beside
 * {@code inputTokens} there, and inside the prompt tokens here. Reasoning is inside the output and
 * not told apart.
 */
final class UsageReader {

  private UsageReader() {}

  static dev.fairlead.catalog.@Nullable TokenUsage read(@Nullable TokenUsage usage) {
    if (usage == null) {
      return null;
    }
    long read = count(usage.cacheReadInputTokens());
    long written = count(usage.cacheWriteInputTokens());
    return new dev.fairlead.catalog.TokenUsage(
        count(usage.inputTokens()) + read + written,
        read,
        written,
        count(usage.outputTokens()),
        0,
        false);
  }

  private static long count(@Nullable Integer tokens) {
    return tokens == null ? 0 : Math.max(0, tokens);
  }
}
