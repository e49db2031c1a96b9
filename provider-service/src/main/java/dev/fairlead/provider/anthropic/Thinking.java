package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.provider.call.TypedRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a model is told how much to think: before Claude 3.7 not at all, before 4.6 by a budget of
 * tokens, since then by a word while the model decides itself (platform.claude.com, extended
 * thinking, adaptive thinking and effort, read November 2026).
 */
enum Thinking {
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
  private static final int MEDIUM_BUDGET = 8192;
  private static final int HIGH_BUDGET = 24_576;

  /** By the version in the model's name; one without any is taken for a new one. */
  static Thinking of(String model) {
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
   * Writes what the effort means for a request whose answer is bound so.
   *
   * @param asked a budget that the request names itself; 0 when it does not
   */
  void write(String effort, int asked, int bound, ObjectNode root) {
    int budget = asked > 0 ? Math.max(asked, SMALLEST_BUDGET) : budget(effort);
    if (budget == 0) {
      return;
    }
    switch (this) {
      case NONE ->
          throw TypedRequest.refused("reasoning_effort", effort + " (this model does not think)");
      case BUDGET -> {
        if (bound <= SMALLEST_BUDGET) {
          throw TypedRequest.refused(
              "max_output_tokens",
              bound
                  + " (expected: more than "
                  + SMALLEST_BUDGET
                  + ", so that the model can think)");
        }
        root.putObject("thinking")
            .put("type", "enabled")
            .put("budget_tokens", Math.min(budget, bound - 1));
      }
      case EFFORT, HIGHER_EFFORT -> {
        root.putObject("thinking").put("type", "adaptive");
        root.withObject("/output_config").put("effort", word(effort));
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

  private static int budget(String effort) {
    return switch (effort) {
      case "none" -> 0;
      case "minimal", "low" -> SMALLEST_BUDGET;
      case "medium" -> MEDIUM_BUDGET;
      case "high", "xhigh" -> HIGH_BUDGET;
      default ->
          throw TypedRequest.refused(
              "reasoning_effort",
              effort + " (expected: none, minimal, low, medium, high or xhigh)");
    };
  }
}
