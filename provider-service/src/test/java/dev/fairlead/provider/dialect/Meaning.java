package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a request means, one line a thing said, in order: so that two requests can be compared that
 * went different ways, whatever is one turn or two, and however JSON is spaced. Left out is what an
 * answer does not depend on: names of participants and documents, end users, cache marks, strict
 * tools.
 */
public final class Meaning {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final String ANY_OBJECT = "{properties={}, type=\"object\"}";

  private Meaning() {}

  /** The lines of a request. */
  public static List<String> of(ChatRequest request) {
    List<String> lines = new ArrayList<>();
    request.getMessagesList().forEach(message -> message(message, lines));
    for (Tool tool : request.getToolsList()) {
      String schema = json(tool.getParametersJsonSchema());
      lines.add("tool " + tool.getName() + ": " + tool.getDescription());
      lines.add("takes " + (schema.equals(ANY_OBJECT) ? "{}" : schema));
    }
    lines.add("choice " + request.getToolChoice().toString().strip());
    lines.add("stops " + request.getStopList());
    lines.add("at most " + request.getMaxOutputTokens());
    lines.add("temperature " + request.hasTemperature() + " " + (float) request.getTemperature());
    lines.add("top p " + request.hasTopP() + " " + (float) request.getTopP());
    lines.add("top k " + request.hasTopK() + " " + request.getTopK());
    if (request.getResponseFormat().hasJsonSchema()) {
      lines.add("answers " + json(request.getResponseFormat().getJsonSchema().getSchemaJson()));
    }
    return lines;
  }

  private static void message(Message message, List<String> lines) {
    String role =
        switch (message.getRole()) {
          case ROLE_SYSTEM, ROLE_DEVELOPER -> "system ";
          case ROLE_ASSISTANT -> "assistant ";
          case ROLE_USER, ROLE_TOOL, ROLE_UNSPECIFIED, UNRECOGNIZED -> "user ";
        };
    if (message.getRole() == Message.Role.ROLE_TOOL) {
      StringBuilder result = new StringBuilder();
      message.getContentList().forEach(part -> result.append(part.getText()));
      String outcome = message.getToolError() ? " failed: " : ": ";
      lines.add("result of " + message.getToolCallId() + outcome + result);
    }
    for (ContentPart part : message.getContentList()) {
      switch (part.getPartCase()) {
        case TEXT -> {
          if (message.getRole() != Message.Role.ROLE_TOOL) {
            lines.add(role + "text " + part.getText());
          }
        }
        case REFUSAL -> lines.add(role + "text " + part.getRefusal());
        case IMAGE -> lines.add(role + "image " + part.getImage().getUrl());
        case DOCUMENT -> lines.add(role + "document " + part.getDocument().getUrl());
        case REASONING ->
            lines.add(
                role
                    + "thought "
                    + part.getReasoning().getText()
                    + " signed "
                    + part.getReasoning().getSignature().toStringUtf8());
        case PART_NOT_SET -> lines.add(role + "nothing");
      }
    }
    for (ToolCall call : message.getToolCallsList()) {
      lines.add("call " + call.getId() + " " + call.getName() + json(call.getArgumentsJson()));
    }
  }

  /** JSON without blanks, its members sorted, its numbers by their value. */
  private static String json(String text) {
    try {
      return value(JSON.readTree(text)).toString();
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  private static Object value(JsonNode node) {
    if (node instanceof ObjectNode object) {
      TreeMap<String, Object> members = new TreeMap<>();
      object.properties().forEach(member -> members.put(member.getKey(), value(member.getValue())));
      return members;
    }
    if (node.isArray()) {
      List<Object> items = new ArrayList<>();
      node.forEach(item -> items.add(value(item)));
      return items;
    }
    if (node.isNumber()) {
      BigDecimal number = node.decimalValue();
      return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }
    return node;
  }
}
