package dev.fairlead.catalog;

/**
 * Tokens of a request in OpenAI's counting: cached and cache-write tokens are inside the prompt
 * tokens, reasoning tokens inside the completion tokens. All are 0 to {@link #MOST_TOKENS}; parts
 * are at most their whole.
 *
 * @param estimated whether they are not what the vendor said: counted here because it did not say,
 *     or clamped because what it said cannot be
 */
public record TokenUsage(
    long promptTokens,
    long cachedPromptTokens,
    long cacheWriteTokens,
    long completionTokens,
    long reasoningTokens,
    boolean estimated) {

  /**
   * More than any request has: twice the largest window on the market, or the largest batch of
   * embeddings. A vendor that reports more is wrong, and its number must not reach a bill.
   */
  public static final long MOST_TOKENS = 1 << 25;

  /** Clamps what cannot be, and then marks the usage as estimated. */
  public TokenUsage {
    long prompt = Math.clamp(promptTokens, 0, MOST_TOKENS);
    long completion = Math.clamp(completionTokens, 0, MOST_TOKENS);
    long cached = Math.clamp(cachedPromptTokens, 0, prompt);
    long written = Math.clamp(cacheWriteTokens, 0, prompt - cached);
    long reasoning = Math.clamp(reasoningTokens, 0, completion);
    estimated |=
        prompt != promptTokens
            || completion != completionTokens
            || cached != cachedPromptTokens
            || written != cacheWriteTokens
            || reasoning != reasoningTokens;
    promptTokens = prompt;
    completionTokens = completion;
    cachedPromptTokens = cached;
    cacheWriteTokens = written;
    reasoningTokens = reasoning;
  }

  /** Prompt and completion without special parts. */
  public static TokenUsage of(long promptTokens, long completionTokens) {
    return new TokenUsage(promptTokens, 0, 0, completionTokens, 0, false);
  }

  /** Prompt and completion together. */
  public long totalTokens() {
    return promptTokens + completionTokens;
  }
}
