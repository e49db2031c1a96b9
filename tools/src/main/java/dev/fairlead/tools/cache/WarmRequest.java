package dev.fairlead.tools.cache;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * One line of a warm-up file as a request.
 *
 * @param line number of the line, from 1
 * @param path of the endpoint
 * @param body JSON
 */
record WarmRequest(int line, String path, String body) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** The member that tells the endpoints' bodies apart. */
  private static final Map<String, String> PATHS =
      Map.of(
          "messages",
          "/v1/chat/completions",
          "input",
          "/v1/responses",
          "prompt",
          "/v1/completions");

  /**
   * Reads a line. A body goes out as it is written, because whatever differs from what clients will
   * send is another entry; a text becomes a chat request.
   *
   * @throws IllegalArgumentException that says what is wrong with it
   */
  static WarmRequest of(int number, String line, String model) {
    String text = line.strip();
    return text.startsWith("{") ? ofJson(number, text) : ofText(number, text, model);
  }

  private static WarmRequest ofText(int number, String text, String model) {
    ObjectNode body = JSON.createObjectNode().put("model", model);
    body.putArray("messages").addObject().put("role", "user").put("content", text);
    return new WarmRequest(number, "/v1/chat/completions", body.toString());
  }

  private static WarmRequest ofJson(int number, String text) {
    JsonNode node = read(text);
    if (node.path("body").isObject()) {
      String path = node.path("path").asText("/v1/chat/completions");
      if (!path.startsWith("/v1/")) {
        throw new IllegalArgumentException("path: " + path + " (expected: /v1/...)");
      }
      return new WarmRequest(number, path, node.get("body").toString());
    }
    for (Map.Entry<String, String> each : PATHS.entrySet()) {
      if (node.has(each.getKey())) {
        return new WarmRequest(number, each.getValue(), text);
      }
    }
    throw new IllegalArgumentException(
        "neither messages, prompt nor input (expected: a request's body, or path and body)");
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
