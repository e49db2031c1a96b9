package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Writes what a response repeats of its request, as the client wrote it. */
final class RequestEcho {

  private static final JsonMapper JSON = new JsonMapper();

  private final JsonGenerator json;
  private final AnswerHead head;

  RequestEcho(JsonGenerator json, AnswerHead head) {
    this.json = json;
    this.head = head;
  }

  /**
   * A member that is always there.
   *
   * @param absent JSON where the request has none
   */
  void member(String name, String absent) throws IOException {
    String asked = head.asked(name);
    json.writeFieldName(name);
    json.writeRawValue(asked == null ? absent : asked);
  }

  /** Members that are there if the request has them. */
  void members(String... names) throws IOException {
    for (String name : names) {
      String asked = head.asked(name);
      if (asked != null) {
        json.writeFieldName(name);
        json.writeRawValue(asked);
      }
    }
  }

  /** The tools; what a request may leave out of one, a response must say. */
  void tools() throws IOException {
    json.writeArrayFieldStart("tools");
    String asked = head.asked("tools");
    if (asked != null) {
      for (JsonNode tool : parsed(asked)) {
        if (tool instanceof ObjectNode object) {
          if (!object.hasNonNull("strict")) {
            object.put("strict", false);
          }
          if (!object.has("parameters")) {
            object.putNull("parameters");
          }
        }
        JSON.writeTree(json, tool);
      }
    }
    json.writeEndArray();
  }

  private static JsonNode parsed(String tools) {
    try {
      return JSON.readTree(tools);
    } catch (JsonProcessingException e) {
      return JSON.createArrayNode();
    }
  }
}
