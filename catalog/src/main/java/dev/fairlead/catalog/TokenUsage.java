package dev.fairlead.catalog;

/**
 * Tokens of a request in OpenAI's counting: cached and cache-write tokens are inside the prompt
 * tokens, reasoning tokens inside the completion tokens. All are 0 or more; parts are clamped to
 * their whole.
 *
 * @param estimated whether they were counted here because the vendor did not say
 */
public record TokenUsage(
    long promptTokens,
    long cachedPromptTokens,
    long cacheWriteTokens,
    long completionTokens,
    long reasoningTokens,
    boolean estimated) {

  /** Clamps what a vendor reported wrongly. */
  public TokenUsage {
    promptTokens = Math.max(0, promptTokens);
    completionTokens = Math.max(0, completionTokens);
    cachedPromptTokens = Math.clamp(cachedPromptTokens, 0, promptTokens);
    cacheWriteTokens = Math.clamp(cacheWriteTokens, 0, promptTokens - cachedPromptTokens);
    reasoningTokens = Math.clamp(reasoningTokens, 0, completionTokens);
  }

  /** Prompt and completion without special parts. */
  public static TokenUsage of(long promptTokens, long completionTokens) {
    return new TokenUsage(promptTokens, 0, 0, completionTokens, 0, false);
  }

  /** Prompt and completion together; the largest number when the sum is beyond it. */
  public long totalTokens() {
    long total = promptTokens + completionTokens;
    return total < 0 ? Long.MAX_VALUE : total;
  }
}
