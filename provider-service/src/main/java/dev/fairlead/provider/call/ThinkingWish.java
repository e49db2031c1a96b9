package dev.fairlead.provider.call;

import dev.fairlead.v1.ChatRequest;
import org.jspecify.annotations.Nullable;

/**
 * How much a request lets a reasoning model think.
 *
 * @param effort {@code none}, {@code minimal}, {@code low}, {@code medium}, {@code high} or {@code
 *     xhigh}
 * @param tokens the bound that the request names in tokens; 0 when it does not
 */
public record ThinkingWish(String effort, int tokens) {

  /** The least that Anthropic takes; nobody takes less for low. */
  private static final int LOW_BUDGET = 1024;

  private static final int MEDIUM_BUDGET = 8192;
  private static final int HIGH_BUDGET = 24_576;

  /** A number of tokens up to this is called low. */
  private static final int LOW_WORD = 2048;

  /** Refuses a word that the contract does not know. */
  public ThinkingWish {
    budget(effort);
  }

  /** What the request says, in both ways; null when it leaves it to the vendor. */
  public static @Nullable ThinkingWish of(ChatRequest request) {
    int tokens = Math.max(0, request.getReasoningBudgetTokens());
    if (request.hasReasoningEffort()) {
      return new ThinkingWish(request.getReasoningEffort(), tokens);
    }
    return tokens == 0 ? null : new ThinkingWish(word(tokens), tokens);
  }

  /** A number of tokens as a word; the bounds are those that other gateways use. */
  public static String word(int tokens) {
    if (tokens <= LOW_WORD) {
      return "low";
    }
    return tokens <= MEDIUM_BUDGET ? "medium" : "high";
  }

  /** Whether the model must not think. */
  public boolean none() {
    return effort.equals("none");
  }

  /** Tokens for a vendor that takes a number: those asked for, else by the word; 0 for none. */
  public int budget() {
    return tokens > 0 && !none() ? tokens : budget(effort);
  }

  private static int budget(String effort) {
    return switch (effort) {
      case "none" -> 0;
      case "minimal", "low" -> LOW_BUDGET;
      case "medium" -> MEDIUM_BUDGET;
      case "high", "xhigh" -> HIGH_BUDGET;
      default ->
          throw TypedRequest.refused(
              "reasoning_effort",
              effort + " (expected: none, minimal, low, medium, high or xhigh)");
    };
  }
}
