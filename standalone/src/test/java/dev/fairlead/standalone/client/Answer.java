package dev.fairlead.standalone.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.stream.Stream;

/** An answer of the gateway, read whole. */
public record Answer(int status, HttpHeaders headers, String body) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The body as JSON. */
  public JsonNode json() {
    return json(body);
  }

  /** The first value of a header; empty text when it is missing. */
  public String header(String name) {
    return headers.firstValue(name).orElse("");
  }

  /** The {@code data:} of every event of an event stream, in order. */
  public List<String> data() {
    return Stream.of(body.split("\n\n"))
        .flatMap(String::lines)
        .filter(line -> line.startsWith("data:"))
        .map(line -> line.substring("data:".length()).strip())
        .toList();
  }

  /** Every event but the terminator, as JSON. */
  public List<JsonNode> events() {
    return data().stream().filter(data -> !data.equals("[DONE]")).map(Answer::json).toList();
  }

  /** What an OpenAI chat stream says, put together. */
  public String streamedText() {
    StringBuilder text = new StringBuilder();
    for (JsonNode event : events()) {
      text.append(event.path("choices").path(0).path("delta").path("content").asText(""));
    }
    return text.toString();
  }

  /** What an OpenAI chat answer says. */
  public String text() {
    return json().path("choices").path(0).path("message").path("content").asText();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }
}
