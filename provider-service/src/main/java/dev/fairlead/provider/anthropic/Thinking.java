package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ThinkingWish;
import dev.fairlead.provider.call.TypedRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a model is told how much to think: before Claude 3.7 not at all, before 4.6 by a budget of
 * tokens, since then by a word while the model decides itself (platform.claude.com, extended
 * thinking, adaptive thinking and effort, read November 2026).
 */
public enum Thinking {
  /** The model does not think. */
  NONE,
  /** {@code thinking.budget_tokens}, which must be less than the output bound. */
  BUDGET,
  /** Adaptive, with {@code output_config.effort} up to {@code high}. */
  EFFORT,
  /** The same, and {@code xhigh}. */
  HIGHER_EFFORT;

  private static final Pattern VERSION =
      Pattern.compile("claude-(?:[a-z]+-)?(\\d{1,2})(?:[-.](\\d{1,2})(?!\\d))?(?!\\d)");
  private static final int SMALLEST_BUDGET = 1024;

  /** By the version in the model's name; one without any is taken for a new one. */
  public static Thinking of(String model) {
    Matcher version = VERSION.matcher(model);
    if (!version.find()) {
      return HIGHER_EFFORT;
    }
    String minor = version.group(2);
    int number =
        Integer.parseInt(version.group(1)) * 100 + (minor == null ? 0 : Integer.parseInt(minor));
    if (number < 307) {
      return NONE;
    }
    if (number < 406) {
      return BUDGET;
    }
    return number == 406 ? EFFORT : HIGHER_EFFORT;
  }

  /**
   * Writes what the wish means for a request whose answer is bound so, as members that the Messages
   * API has and Bedrock takes as additional fields.
   *
   * @param bound of the answer, in tokens; 0 when there is none
   */
  public void write(ThinkingWish wish, int bound, ObjectNode root, DroppedFields dropped) {
    if (wish.none()) {
      return;
    }
    switch (this) {
      case NONE ->
          throw TypedRequest.refused(
              "reasoning_effort", wish.effort() + " (this model does not think)");
      case BUDGET -> {
        if (bound > 0 && bound <= SMALLEST_BUDGET) {
          throw TypedRequest.refused(
              "max_output_tokens",
              bound
                  + " (expected: more than "
                  + SMALLEST_BUDGET
                  + ", so that the model can think)");
        }
        int budget = Math.max(wish.budget(), SMALLEST_BUDGET);
        root.putObject("thinking")
            .put("type", "enabled")
            .put("budget_tokens", bound > 0 ? Math.min(budget, bound - 1) : budget);
      }
      case EFFORT, HIGHER_EFFORT -> {
        root.putObject("thinking").put("type", "adaptive");
        root.withObject("/output_config").put("effort", word(wish.effort()));
        dropped.addIf(wish.tokens() > 0, "reasoning_budget_tokens");
      }
    }
  }

  private String word(String effort) {
    return switch (effort) {
      case "minimal" -> "low";
      case "xhigh" -> this == HIGHER_EFFORT ? "xhigh" : "high";
      default -> effort;
    };
  }
}
