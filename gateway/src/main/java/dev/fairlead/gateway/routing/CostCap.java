package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenUsage;

/**
 * What a request's own cost cap pays for. The prompt is only estimated before a vendor has counted
 * it, so a margin is put on top; the output is bounded exactly.
 */
public final class CostCap {

  /** Output tokens of one choice below which an answer is not worth having. */
  static final int LEAST_OUTPUT_TOKENS = 16;

  private static final long MOST_OUTPUT_TOKENS = Integer.MAX_VALUE;

  private CostCap() {}

  /**
   * The most output tokens of one choice that the cap pays for; negative when it does not even pay
   * for the prompt.
   */
  public static long affordableTokens(RouteQuery query, ModelSpec model, long capNanoUsd) {
    if (cost(query, model, 0) > capNanoUsd) {
      return -1;
    }
    long low = 0;
    long high = MOST_OUTPUT_TOKENS;
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (cost(query, model, middle) <= capNanoUsd) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Upper bound of a request's cost with so many output tokens a choice. */
  public static long cost(RouteQuery query, ModelSpec model, long outputTokens) {
    long prompt = query.promptTokens() + (query.promptTokens() + 3) / 4;
    return model.costNanoUsd(TokenUsage.of(prompt, outputTokens * query.choices()));
  }

  /** The fewest output tokens for which a model is still worth asking. */
  public static long leastTokens(RouteQuery query) {
    return query.maxOutputTokens() > 0
        ? Math.min(query.maxOutputTokens(), LEAST_OUTPUT_TOKENS)
        : LEAST_OUTPUT_TOKENS;
  }
}
