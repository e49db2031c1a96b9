package dev.fairlead.provider.dialect;

import dev.fairlead.provider.call.ThinkingWish;
import dev.fairlead.v1.ChatRequest;
import java.io.IOException;

/** How much a model may think, in words and in tokens. */
final class Effort {

  private Effort() {}

  /** Anthropic's {@code thinking}. What is disabled is left to the model's default. */
  static void thinking(JsonInput in, ChatRequest.Builder request) throws IOException {
    in.object();
    String type = "";
    int budget = 0;
    while (in.member()) {
      switch (in.name()) {
        case "type" -> {
          type = in.string();
          if (!type.equals("enabled") && !type.equals("adaptive") && !type.equals("disabled")) {
            throw in.wrong("enabled, adaptive or disabled");
          }
        }
        case "budget_tokens" -> budget = in.positive();
        default -> in.drop();
      }
    }
    if (type.isEmpty()) {
      throw in.missing("type");
    }
    if (type.equals("enabled") && budget > 0) {
      request.setReasoningBudgetTokens(budget);
      if (!request.hasReasoningEffort()) {
        request.setReasoningEffort(ThinkingWish.word(budget));
      }
    }
  }

  /** A word of any dialect; {@code max} is Anthropic's for {@code xhigh}. */
  static String word(JsonInput in) throws IOException {
    String effort = in.string();
    return switch (effort) {
      case "none", "minimal", "low", "medium", "high", "xhigh" -> effort;
      case "max" -> "xhigh";
      default -> throw in.wrong("none, minimal, low, medium, high or xhigh");
    };
  }
}
