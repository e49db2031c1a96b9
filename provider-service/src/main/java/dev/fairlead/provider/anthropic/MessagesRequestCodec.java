package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Struct;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ThinkingWish;
import dev.fairlead.provider.call.TypedRequest;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ResponseFormat;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolChoice;
import java.util.List;

/**
 * A typed request as Messages JSON. What the API cannot express is refused with the field's name,
 * or left out and noted where an answer means the same without it: {@code seed}, names of
 * participants, extensions that are not the API's. Pure.
 */
final class MessagesRequestCodec {

  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> EXTENSIONS =
      List.of(
          "thinking",
          "output_config",
          "cache_control",
          "container",
          "context_management",
          "inference_geo",
          "mcp_servers",
          "speed");

  private MessagesRequestCodec() {}

  static byte[] encode(ChatRequest request, ModelCall call, DroppedFields dropped) {
    refuseWhatCannotBeSaid(request);
    ObjectNode root = JSON.createObjectNode();
    root.put("model", call.model().upstream());
    int asked = TypedRequest.outputBound(request, call);
    int bound = asked > 0 ? asked : MessagesSplicer.defaultBound(call);
    root.put("max_tokens", bound);
    if (call.streamed()) {
      root.put("stream", true);
    }
    new TurnCodec(dropped).encode(request.getMessagesList(), root);
    tools(request, root);
    sampling(request, root);
    ThinkingWish wish = ThinkingWish.of(request);
    if (wish != null) {
      Thinking.of(call.model().upstream()).write(wish, bound, root, dropped);
    }
    format(request.getResponseFormat(), root);
    if (!request.getUser().isEmpty()) {
      root.putObject("metadata").put("user_id", request.getUser());
    }
    dropped.addIf(request.hasSeed(), "seed");
    dropped.addSchemaLabels(request.getResponseFormat());
    dropped.addIf(request.hasTopLogprobs(), "top_logprobs");
    extensions(request.getExtensions(), root, dropped);
    try {
      return JSON.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void refuseWhatCannotBeSaid(ChatRequest request) {
    refuseIf(request.getChoiceCount() > 1, "n", "more than one choice");
    refuseIf(request.getLogprobs(), "logprobs", "log probabilities");
    refuseIf(request.getFrequencyPenalty() != 0, "frequency_penalty", "penalties");
    refuseIf(request.getPresencePenalty() != 0, "presence_penalty", "penalties");
    refuseIf(
        request.getResponseFormat().getJsonObject(),
        "response_format",
        "JSON without a schema (expected: json_schema)");
    if (request.getTemperature() > 1) {
      throw TypedRequest.refused(
          "temperature", request.getTemperature() + " (expected: 0..1 with Anthropic's models)");
    }
  }

  private static void refuseIf(boolean asked, String param, String what) {
    if (asked) {
      throw TypedRequest.refused(param, "Anthropic has no way to ask for " + what);
    }
  }

  private static void tools(ChatRequest request, ObjectNode root) {
    if (request.getToolsCount() == 0) {
      return;
    }
    ArrayNode tools = root.putArray("tools");
    for (int i = 0; i < request.getToolsCount(); i++) {
      tool("tools[" + i + "]", request.getTools(i), tools.addObject());
    }
    boolean single = request.hasParallelToolCalls() && !request.getParallelToolCalls();
    if (!request.hasToolChoice() && !single) {
      return;
    }
    ObjectNode choice = root.putObject("tool_choice");
    choice(request.getToolChoice(), choice);
    if (single && !choice.path("type").asText().equals("none")) {
      choice.put("disable_parallel_tool_use", true);
    }
  }

  private static void tool(String at, Tool tool, ObjectNode into) {
    into.put("name", tool.getName());
    if (!tool.getDescription().isEmpty()) {
      into.put("description", tool.getDescription());
    }
    JsonNode schema =
        TypedRequest.object(at + ".parameters_json_schema", tool.getParametersJsonSchema());
    if (schema.isEmpty()) {
      schema = JSON.createObjectNode().put("type", "object");
    }
    into.set("input_schema", schema);
    if (tool.getStrict()) {
      into.put("strict", true);
    }
    if (tool.hasCacheTtl()) {
      TurnCodec.cacheControl(tool.getCacheTtl(), into);
    }
  }

  private static void choice(ToolChoice choice, ObjectNode into) {
    if (choice.hasToolName()) {
      into.put("type", "tool").put("name", choice.getToolName());
      return;
    }
    into.put(
        "type",
        switch (choice.getMode()) {
          case "", "auto" -> "auto";
          case "none" -> "none";
          case "required" -> "any";
          default ->
              throw TypedRequest.refused(
                  "tool_choice", choice.getMode() + " (expected: auto, none or required)");
        });
  }

  private static void sampling(ChatRequest request, ObjectNode root) {
    if (request.hasTemperature()) {
      root.put("temperature", request.getTemperature());
    }
    if (request.hasTopP()) {
      root.put("top_p", request.getTopP());
    }
    if (request.hasTopK()) {
      root.put("top_k", request.getTopK());
    }
    if (request.getStopCount() > 0) {
      ArrayNode stops = root.putArray("stop_sequences");
      request.getStopList().forEach(stops::add);
    }
  }

  /** As {@code output_config.format} (platform.claude.com, structured outputs, November 2026). */
  private static void format(ResponseFormat format, ObjectNode root) {
    if (format.hasJsonSchema()) {
      String param = "response_format.json_schema.schema_json";
      root.withObject("/output_config")
          .putObject("format")
          .put("type", "json_schema")
          .set("schema", TypedRequest.object(param, format.getJsonSchema().getSchemaJson()));
    }
  }

  /** Only the API's own fields: it refuses others. What the request says itself stays. */
  private static void extensions(Struct extensions, ObjectNode root, DroppedFields dropped) {
    if (extensions.getFieldsCount() == 0) {
      return;
    }
    JsonNode all = TypedRequest.json(extensions);
    all.properties()
        .forEach(member -> {
          if (EXTENSIONS.contains(member.getKey()) && !root.has(member.getKey())) {
            root.set(member.getKey(), member.getValue());
          } else {
            dropped.add(member.getKey());
          }
        });
  }
}
