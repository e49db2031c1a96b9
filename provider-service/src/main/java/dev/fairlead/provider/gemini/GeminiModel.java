package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ThinkingWish;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a model's name tells: where it is, and how it is told to think. Pure. */
record GeminiModel(String name) {

  private static final Pattern GENERATION = Pattern.compile("gemini-(\\d{1,3})(?:[.-].*)?");

  /** Path of a method, with nothing of the name unescaped. */
  String path(String method) {
    String collection = name.startsWith("tunedModels/") ? "tunedModels/" : "models/";
    String bare = name.startsWith(collection) ? name.substring(collection.length()) : name;
    String segment = URLEncoder.encode(bare, StandardCharsets.UTF_8).replace("+", "%20");
    return "/" + collection + segment + ":" + method;
  }

  /** Whether a function call must come back with its signature. */
  boolean wantsSignatures() {
    return generation() >= 3;
  }

  /**
   * {@code thinkingConfig} for an effort: a level from Gemini 3 on, a budget of tokens before
   * (ai.google.dev/gemini-api/docs/thinking and /openai, read November 2026).
   */
  ObjectNode thinking(ThinkingWish wish, DroppedFields dropped) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    if (generation() >= 3) {
      config.put("thinkingLevel", level(wish.effort()));
      dropped.addIf(wish.tokens() > 0, "reasoning_budget_tokens");
    } else {
      config.put("thinkingBudget", wish.budget());
    }
    if (!wish.none()) {
      config.put("includeThoughts", true);
    }
    return config;
  }

  private String level(String effort) {
    return switch (effort) {
      // The larger models cannot be told to think less than a little.
      case "none", "minimal" -> name.contains("flash") ? "minimal" : "low";
      case "low" -> "low";
      case "medium" -> name.startsWith("gemini-3-pro") ? "high" : "medium";
      case "high", "xhigh" -> "high";
      default -> throw new IllegalStateException(effort);
    };
  }

  private int generation() {
    Matcher matcher = GENERATION.matcher(name.substring(name.lastIndexOf('/') + 1));
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
