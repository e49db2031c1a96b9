package dev.fairlead.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What stands in {@code content}: a text, or at Mistral's models that think an array of parts, in
 * whole answers as in pieces (docs.mistral.ai/studio-api/conversations/reasoning, read November
 * 2026). Pure.
 */
final class MessageContent {

  private MessageContent() {}

  /** Its text; empty when there is none. */
  static String text(JsonNode content) {
    if (!content.isArray()) {
      return content.asText("");
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      text.append(part.path("text").asText(""));
    }
    return text.toString();
  }

  /** What was thought, from the parts or from where other servers tell it. */
  static String reasoning(JsonNode message) {
    StringBuilder thoughts =
        new StringBuilder(
            message.path("reasoning_content").asText(message.path("reasoning").asText("")));
    if (message.path("content").isArray()) {
      for (JsonNode part : message.path("content")) {
        thoughts.append(text(part.path("thinking")));
      }
    }
    return thoughts.toString();
  }
}
