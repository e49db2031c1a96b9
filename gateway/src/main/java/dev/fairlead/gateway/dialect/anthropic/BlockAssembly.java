package dev.fairlead.gateway.dialect.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import java.util.LinkedHashMap;
import java.util.Map;

/** One content block put together from its opening and its deltas. */
final class BlockAssembly {

  private final ObjectNode block;
  private final Map<String, StringBuilder> texts = new LinkedHashMap<>();
  private final StringBuilder input = new StringBuilder();

  BlockAssembly(ObjectNode opening) {
    this.block = opening;
  }

  void add(JsonNode delta) {
    switch (delta.path("type").asText()) {
      case "text_delta" -> append("text", delta);
      case "thinking_delta" -> append("thinking", delta);
      case "signature_delta" -> append("signature", delta);
      case "input_json_delta" -> input.append(delta.path("partial_json").asText());
      case "citations_delta" -> block.withArray("citations").add(delta.path("citation"));
      default -> throw AnswerJson.malformed("stored delta of a type that cannot be put together");
    }
  }

  private void append(String member, JsonNode delta) {
    texts
        .computeIfAbsent(member, name -> new StringBuilder(block.path(name).asText()))
        .append(delta.path(member).asText());
  }

  ObjectNode complete() {
    texts.forEach((member, text) -> block.put(member, text.toString()));
    if (!input.isEmpty()) {
      byte[] json = input.toString().getBytes(UTF_8);
      block.set("input", AnswerJson.object(json, "stored tool input"));
    }
    return block;
  }
}
