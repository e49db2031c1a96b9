package dev.fairlead.provider.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;

/** Typed requests as a client of Anthropic or of OpenAI's Responses would write them. */
final class Rendered {

  private static final JsonMapper JSON = new JsonMapper();

  private Rendered() {}

  private static byte[] bytes(ObjectNode root) {
    try {
      return JSON.writeValueAsString(root).getBytes(UTF_8);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] messages(ChatRequest request) {
    ObjectNode root = JSON.createObjectNode().put("model", request.getModel()).put("stream", true);
    ArrayNode turns = root.putArray("messages");
    ArrayNode results = null;
    for (Message message : request.getMessagesList()) {
      if (message.getRole() == Message.Role.ROLE_SYSTEM) {
        ArrayNode system = root.putArray("system");
        message.getContentList().forEach(part -> block(part, system.addObject()));
        continue;
      }
      if (message.getRole() == Message.Role.ROLE_TOOL) {
        if (results == null) {
          results = turns.addObject().put("role", "user").putArray("content");
        }
        ObjectNode result = results.addObject().put("type", "tool_result");
        result.put("tool_use_id", message.getToolCallId());
        if (message.getToolError()) {
          result.put("is_error", true);
        }
        ArrayNode content = result.putArray("content");
        message.getContentList().forEach(part -> block(part, content.addObject()));
        continue;
      }
      results = null;
      boolean user = message.getRole() == Message.Role.ROLE_USER;
      ArrayNode content =
          turns.addObject().put("role", user ? "user" : "assistant").putArray("content");
      message.getContentList().forEach(part -> block(part, content.addObject()));
      for (ToolCall call : message.getToolCallsList()) {
        content
            .addObject()
            .put("type", "tool_use")
            .put("id", call.getId())
            .put("name", call.getName())
            .putRawValue("input", new RawValue(call.getArgumentsJson()));
      }
    }
    root.put("max_tokens", request.getMaxOutputTokens());
    if (request.hasTemperature()) {
      root.put("temperature", request.getTemperature());
    }
    if (request.hasTopP()) {
      root.put("top_p", request.getTopP());
    }
    if (request.hasTopK()) {
      root.put("top_k", request.getTopK());
    }
    if (request.hasUser()) {
      root.putObject("metadata").put("user_id", request.getUser());
    }
    if (request.getStopCount() > 0) {
      request.getStopList().forEach(root.withArray("stop_sequences")::add);
    }
    ObjectNode output = JSON.createObjectNode();
    if (request.hasReasoningEffort()) {
      boolean most = request.getReasoningEffort().equals("xhigh");
      output.put("effort", most ? "max" : request.getReasoningEffort());
    }
    if (request.hasResponseFormat()) {
      ObjectNode format = output.putObject("format").put("type", "json_schema");
      String schema = request.getResponseFormat().getJsonSchema().getSchemaJson();
      format.putRawValue("schema", new RawValue(schema));
    }
    if (!output.isEmpty()) {
      root.set("output_config", output);
    }
    for (Tool tool : request.getToolsList()) {
      ObjectNode node = root.withArray("tools").addObject();
      tool(tool, node, "input_schema");
    }
    if (request.hasToolChoice()) {
      ObjectNode choice = root.putObject("tool_choice");
      if (request.getToolChoice().hasToolName()) {
        choice.put("type", "tool").put("name", request.getToolChoice().getToolName());
      } else {
        String mode = request.getToolChoice().getMode();
        choice.put("type", mode.equals("required") ? "any" : mode);
      }
      if (request.hasParallelToolCalls()) {
        choice.put("disable_parallel_tool_use", !request.getParallelToolCalls());
      }
    }
    return bytes(root);
  }

  private static void tool(Tool tool, ObjectNode node, String schema) {
    node.put("name", tool.getName());
    if (tool.hasDescription()) {
      node.put("description", tool.getDescription());
    }
    node.putRawValue(schema, new RawValue(tool.getParametersJsonSchema()));
    if (tool.hasStrict()) {
      node.put("strict", tool.getStrict());
    }
  }

  private static void block(ContentPart part, ObjectNode block) {
    switch (part.getPartCase()) {
      case TEXT -> block.put("type", "text").put("text", part.getText());
      case IMAGE -> source(block.put("type", "image"), part.getImage().getUrl());
      case DOCUMENT -> {
        source(block.put("type", "document"), part.getDocument().getUrl());
        block.put("title", part.getDocument().getName());
      }
      case REASONING -> {
        String signature = part.getReasoning().getSignature().toStringUtf8();
        if (part.getReasoning().getText().isEmpty()) {
          block.put("type", "redacted_thinking").put("data", signature);
        } else {
          block.put("type", "thinking").put("thinking", part.getReasoning().getText());
          block.put("signature", signature);
        }
      }
      case REFUSAL, PART_NOT_SET -> throw new AssertionError("cannot be said");
    }
  }

  private static void source(ObjectNode block, String url) {
    ObjectNode source = block.putObject("source");
    if (url.startsWith("data:")) {
      int comma = url.indexOf(',');
      source.put("type", "base64").put("data", url.substring(comma + 1));
      source.put("media_type", url.substring(5, url.indexOf(';')));
    } else {
      source.put("type", "url").put("url", url);
    }
  }

  static byte[] responses(ChatRequest request) {
    ObjectNode root = JSON.createObjectNode().put("model", request.getModel()).put("store", false);
    ArrayNode items = root.putArray("input");
    for (Message message : request.getMessagesList()) {
      switch (message.getRole()) {
        case ROLE_SYSTEM -> root.put("instructions", message.getContent(0).getText());
        case ROLE_TOOL ->
            items
                .addObject()
                .put("type", "function_call_output")
                .put("call_id", message.getToolCallId())
                .put("output", message.getContent(0).getText());
        default -> turn(message, items);
      }
    }
    if (request.hasMaxOutputTokens()) {
      root.put("max_output_tokens", request.getMaxOutputTokens());
    }
    if (request.hasTemperature()) {
      root.put("temperature", request.getTemperature());
    }
    if (request.hasTopP()) {
      root.put("top_p", request.getTopP());
    }
    if (request.hasUser()) {
      root.put("user", request.getUser());
    }
    if (request.hasReasoningEffort()) {
      root.putObject("reasoning").put("effort", request.getReasoningEffort());
    }
    if (request.hasResponseFormat()) {
      ObjectNode format = root.putObject("text").putObject("format");
      if (request.getResponseFormat().hasJsonSchema()) {
        var schema = request.getResponseFormat().getJsonSchema();
        format.put("type", "json_schema").put("name", schema.getName());
        format.putRawValue("schema", new RawValue(schema.getSchemaJson()));
        if (schema.hasStrict()) {
          format.put("strict", schema.getStrict());
        }
      } else {
        format.put("type", "json_object");
      }
    }
    for (Tool tool : request.getToolsList()) {
      tool(tool, root.withArray("tools").addObject().put("type", "function"), "parameters");
    }
    if (request.hasToolChoice()) {
      if (request.getToolChoice().hasToolName()) {
        ObjectNode choice = root.putObject("tool_choice").put("type", "function");
        choice.put("name", request.getToolChoice().getToolName());
      } else {
        root.put("tool_choice", request.getToolChoice().getMode());
      }
    }
    if (request.hasParallelToolCalls()) {
      root.put("parallel_tool_calls", request.getParallelToolCalls());
    }
    return bytes(root);
  }

  private static void turn(Message message, ArrayNode items) {
    boolean user = message.getRole() == Message.Role.ROLE_USER;
    ObjectNode said = JSON.createObjectNode().put("type", "message");
    said.put("role", user ? "user" : "assistant");
    ArrayNode content = said.putArray("content");
    for (ContentPart part : message.getContentList()) {
      if (part.hasReasoning()) {
        ObjectNode item = items.addObject().put("type", "reasoning").put("id", "rs_1");
        item.put("encrypted_content", part.getReasoning().getSignature().toStringUtf8());
        item.putArray("summary")
            .addObject()
            .put("type", "summary_text")
            .put("text", part.getReasoning().getText());
        continue;
      }
      ObjectNode node = content.addObject();
      switch (part.getPartCase()) {
        case TEXT ->
            node.put("type", user ? "input_text" : "output_text").put("text", part.getText());
        case REFUSAL -> node.put("type", "refusal").put("refusal", part.getRefusal());
        case IMAGE -> {
          node.put("type", "input_image").put("image_url", part.getImage().getUrl());
          if (part.getImage().hasDetail()) {
            node.put("detail", part.getImage().getDetail());
          }
        }
        case DOCUMENT ->
            node.put("type", "input_file")
                .put("filename", part.getDocument().getName())
                .put("file_data", part.getDocument().getUrl());
        case REASONING, PART_NOT_SET -> throw new AssertionError("cannot be said");
      }
    }
    items.add(said);
    for (ToolCall call : message.getToolCallsList()) {
      items
          .addObject()
          .put("type", "function_call")
          .put("call_id", call.getId())
          .put("name", call.getName())
          .put("arguments", call.getArgumentsJson());
    }
  }
}
