package dev.fairlead.provider.bedrock;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.bedrockruntime.model.TokenUsage;

/**
 * Converse's usage in our counting: tokens read from and written to the prompt cache stand beside
 * {@code inputTokens} there, and inside the prompt tokens here. Reasoning is inside the output and
 * not told apart. A count that cannot be, or an input or output that is missing, makes the usage
 * one that is marked as estimated.
 */
final class UsageReader {

  private static final long NONSENSE = -1;

  private UsageReader() {}

  static dev.fairlead.catalog.@Nullable TokenUsage read(@Nullable TokenUsage usage) {
    if (usage == null) {
      return null;
    }
    long read = count(usage.cacheReadInputTokens(), 0);
    long written = count(usage.cacheWriteInputTokens(), 0);
    long input = count(usage.inputTokens(), NONSENSE);
    return new dev.fairlead.catalog.TokenUsage(
        input < 0 || read < 0 || written < 0 ? NONSENSE : input + read + written,
        read,
        written,
        count(usage.outputTokens(), NONSENSE),
        0,
        false);
  }

  private static long count(@Nullable Integer tokens, long absent) {
    return tokens == null ? absent : Math.max(NONSENSE, tokens);
  }
}
