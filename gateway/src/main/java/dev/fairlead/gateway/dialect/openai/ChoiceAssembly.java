package dev.fairlead.gateway.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** One choice put together from its deltas. */
final class ChoiceAssembly {

  private final ObjectNode choice = JsonNodeFactory.instance.objectNode();
  private final ObjectNode message = JsonNodeFactory.instance.objectNode();
  private final Deltas deltas = new Deltas();

  ChoiceAssembly(int index) {
    choice.put("index", index);
    choice.set("message", message);
    choice.putNull("logprobs");
    choice.putNull("finish_reason");
    message.put("role", "assistant");
    message.putNull("content");
  }

  void add(JsonNode chunk) {
    for (Map.Entry<String, JsonNode> member : chunk.properties()) {
      JsonNode value = member.getValue();
      switch (member.getKey()) {
        case "index" -> {}
        case "delta" -> deltas.merge(message, value);
        case "logprobs" -> logprobs(value);
        default -> {
          if (!value.isNull() || !choice.has(member.getKey())) {
            choice.set(member.getKey(), value);
          }
        }
      }
    }
  }

  /** One list of tokens a part of the answer, each continued by every chunk. */
  private void logprobs(JsonNode chunk) {
    if (chunk.isObject()) {
      ObjectNode all =
          choice.get("logprobs") instanceof ObjectNode known ? known : choice.putObject("logprobs");
      for (Map.Entry<String, JsonNode> list : chunk.properties()) {
        if (list.getValue() instanceof ArrayNode more) {
          ArrayNode tokens =
              all.get(list.getKey()) instanceof ArrayNode known
                  ? known
                  : all.putArray(list.getKey());
          tokens.addAll(more);
        } else if (!all.has(list.getKey())) {
          all.set(list.getKey(), list.getValue());
        }
      }
    }
  }

  ObjectNode complete() {
    deltas.finish(message);
    return choice;
  }
}
