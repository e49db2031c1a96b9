package dev.fairlead.provider.gemini;

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
 * A typed request as Gemini's JSON. What Gemini cannot express is refused with the field's name, or
 * left out and noted where an answer means the same without it: {@code user}, a tool's {@code
 * strict}, marks for caches, extensions that Gemini does not know. Pure.
 */
final class GeminiRequestCodec {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_STOPS = 5;
  private static final List<String> EXTENSIONS =
      List.of("safetySettings", "cachedContent", "labels", "serviceTier");

  private GeminiRequestCodec() {}

  static byte[] encode(ChatRequest request, ModelCall call, DroppedFields dropped) {
    GeminiModel model = new GeminiModel(call.model().upstream());
    ObjectNode root = JSON.createObjectNode();
    new ContentCodec(model.wantsSignatures(), dropped).encode(request.getMessagesList(), root);
    tools(request, root, dropped);
    ObjectNode config = JSON.createObjectNode();
    sampling(request, call, config);
    format(request.getResponseFormat(), config);
    ThinkingWish wish = ThinkingWish.of(request);
    if (wish != null) {
      config.set("thinkingConfig", model.thinking(wish, dropped));
    }
    dropped.addIf(request.hasUser(), "user");
    dropped.addSchemaLabels(request.getResponseFormat());
    dropped.addIf(request.hasTopLogprobs() && !request.getLogprobs(), "top_logprobs");
    extensions(request.getExtensions(), root, config, dropped);
    if (!config.isEmpty()) {
      root.set("generationConfig", config);
    }
    try {
      return JSON.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void tools(ChatRequest request, ObjectNode root, DroppedFields dropped) {
    if (request.hasParallelToolCalls()
        && !request.getParallelToolCalls()
        && request.getToolsCount() > 0) {
      throw TypedRequest.refused("parallel_tool_calls", "false (Gemini may always call several)");
    }
    if (request.getToolsCount() > 0) {
      ArrayNode functions = root.putArray("tools").addObject().putArray("functionDeclarations");
      for (int i = 0; i < request.getToolsCount(); i++) {
        function("tools[" + i + "]", request.getTools(i), functions.addObject(), dropped);
      }
    }
    if (request.hasToolChoice()) {
      choice(request.getToolChoice(), root);
    }
  }

  private static void function(String at, Tool tool, ObjectNode into, DroppedFields dropped) {
    dropped.addIf(tool.getStrict(), at + ".strict");
    dropped.addIf(tool.hasCacheTtl(), at + ".cache_ttl");
    into.put("name", tool.getName());
    if (tool.hasDescription()) {
      into.put("description", tool.getDescription());
    }
    if (!tool.getParametersJsonSchema().isEmpty()) {
      into.set(
          "parametersJsonSchema",
          schema(at + ".parameters_json_schema", tool.getParametersJsonSchema()));
    }
  }

  /** Gemini ignores keywords that it does not know, but not the dialect's own address. */
  private static JsonNode schema(String param, String text) {
    ObjectNode schema = (ObjectNode) TypedRequest.object(param, text);
    schema.remove("$schema");
    return schema;
  }

  private static void choice(ToolChoice choice, ObjectNode root) {
    ObjectNode config = root.putObject("toolConfig").putObject("functionCallingConfig");
    if (choice.hasToolName()) {
      config.put("mode", "ANY").putArray("allowedFunctionNames").add(choice.getToolName());
      return;
    }
    config.put(
        "mode",
        switch (choice.getMode()) {
          case "auto" -> "AUTO";
          case "none" -> "NONE";
          case "required" -> "ANY";
          default ->
              throw TypedRequest.refused(
                  "tool_choice", choice.getMode() + " (expected: auto, none or required)");
        });
  }

  private static void sampling(ChatRequest request, ModelCall call, ObjectNode config) {
    int bound = TypedRequest.outputBound(request, call);
    if (bound > 0) {
      config.put("maxOutputTokens", bound);
    }
    if (request.hasTemperature()) {
      config.put("temperature", request.getTemperature());
    }
    if (request.hasTopP()) {
      config.put("topP", request.getTopP());
    }
    if (request.hasTopK()) {
      config.put("topK", request.getTopK());
    }
    if (request.hasSeed()) {
      config.put("seed", seed(request.getSeed()));
    }
    if (request.getStopCount() > MOST_STOPS) {
      throw TypedRequest.refused(
          "stop", request.getStopCount() + " sequences (expected: at most " + MOST_STOPS + ")");
    }
    if (request.getStopCount() > 0) {
      ArrayNode stops = config.putArray("stopSequences");
      request.getStopList().forEach(stops::add);
    }
    if (request.hasFrequencyPenalty()) {
      config.put("frequencyPenalty", request.getFrequencyPenalty());
    }
    if (request.hasPresencePenalty()) {
      config.put("presencePenalty", request.getPresencePenalty());
    }
    if (request.hasChoiceCount() && request.getChoiceCount() != 1) {
      config.put("candidateCount", request.getChoiceCount());
    }
    if (request.getLogprobs()) {
      config.put("responseLogprobs", true);
      if (request.hasTopLogprobs()) {
        config.put("logprobs", request.getTopLogprobs());
      }
    }
  }

  private static int seed(long seed) {
    if (seed != (int) seed) {
      throw TypedRequest.refused("seed", seed + " (expected: 32 bits)");
    }
    return (int) seed;
  }

  private static void format(ResponseFormat format, ObjectNode config) {
    switch (format.getFormatCase()) {
      case JSON_OBJECT -> config.put("responseMimeType", "application/json");
      case JSON_SCHEMA -> {
        config.put("responseMimeType", "application/json");
        String param = "response_format.json_schema.schema_json";
        config.set("responseJsonSchema", schema(param, format.getJsonSchema().getSchemaJson()));
      }
      case TEXT, FORMAT_NOT_SET -> {}
    }
  }

  /** Only Gemini's own fields: others belong to other vendors and would be refused. */
  private static void extensions(
      Struct extensions, ObjectNode root, ObjectNode config, DroppedFields dropped) {
    if (extensions.getFieldsCount() == 0) {
      return;
    }
    JsonNode all = TypedRequest.json(extensions);
    all.properties()
        .forEach(member -> {
          if (EXTENSIONS.contains(member.getKey())) {
            root.set(member.getKey(), member.getValue());
          } else if (!member.getKey().equals("generationConfig")) {
            dropped.add(member.getKey());
          }
        });
    all.path("generationConfig")
        .properties()
        .forEach(member -> {
          if (!config.has(member.getKey())) {
            config.set(member.getKey(), member.getValue());
          }
        });
  }
}
