package dev.fairlead.provider.bedrock;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.provider.anthropic.Thinking;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ThinkingWish;
import dev.fairlead.provider.call.TypedRequest;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ResponseFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.services.bedrockruntime.model.AnyToolChoice;
import software.amazon.awssdk.services.bedrockruntime.model.AutoToolChoice;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamRequest;
import software.amazon.awssdk.services.bedrockruntime.model.InferenceConfiguration;
import software.amazon.awssdk.services.bedrockruntime.model.OutputConfig;
import software.amazon.awssdk.services.bedrockruntime.model.OutputFormatStructure;
import software.amazon.awssdk.services.bedrockruntime.model.OutputFormatType;
import software.amazon.awssdk.services.bedrockruntime.model.Tool;
import software.amazon.awssdk.services.bedrockruntime.model.ToolChoice;
import software.amazon.awssdk.services.bedrockruntime.model.ToolConfiguration;
import software.amazon.awssdk.services.bedrockruntime.model.ToolInputSchema;

/**
 * A typed request as Converse's. What Converse cannot express is refused with the field's name, or
 * left out and noted where an answer means the same without it: {@code seed}, {@code user}, names
 * of participants, other vendors' extensions. Pure.
 */
final class ConverseRequestCodec {

  private static final String REQUEST_FIELDS = "additionalModelRequestFields";

  private ConverseRequestCodec() {}

  static ConverseRequest encode(ChatRequest request, ModelCall call, DroppedFields dropped) {
    refuseWhatCannotBeSaid(request);
    boolean caches = caches(call.model().upstream());
    MessageCodec conversation = new MessageCodec(request.getMessagesList(), caches, dropped);
    dropped.addIf(request.hasSeed(), "seed");
    dropped.addSchemaLaxity(request.getResponseFormat());
    dropped.addIf(request.hasUser(), "user");
    dropped.addIf(request.hasTopLogprobs(), "top_logprobs");
    return ConverseRequest.builder()
        .modelId(call.model().upstream())
        .messages(conversation.messages())
        .system(conversation.system().isEmpty() ? null : conversation.system())
        .inferenceConfig(inference(request, call))
        .toolConfig(tools(request, caches, dropped))
        .outputConfig(output(request.getResponseFormat()))
        .additionalModelRequestFields(additional(request, call, dropped))
        .build();
  }

  /** The same request, for an answer in pieces. */
  static ConverseStreamRequest streamed(ConverseRequest whole) {
    return ConverseStreamRequest.builder()
        .modelId(whole.modelId())
        .messages(whole.messages())
        .system(whole.hasSystem() ? whole.system() : null)
        .inferenceConfig(whole.inferenceConfig())
        .toolConfig(whole.toolConfig())
        .outputConfig(whole.outputConfig())
        .additionalModelRequestFields(whole.additionalModelRequestFields())
        .build();
  }

  private static void refuseWhatCannotBeSaid(ChatRequest request) {
    refuseIf(request.getChoiceCount() > 1, "choice_count", "more than one choice");
    refuseIf(request.getLogprobs(), "logprobs", "log probabilities");
    refuseIf(request.getFrequencyPenalty() != 0, "frequency_penalty", "penalties");
    refuseIf(request.getPresencePenalty() != 0, "presence_penalty", "penalties");
    refuseIf(
        request.getToolsCount() > 0
            && request.hasParallelToolCalls()
            && !request.getParallelToolCalls(),
        "parallel_tool_calls",
        "a bound on calls");
    refuseIf(
        request.getResponseFormat().getJsonObject(),
        "response_format",
        "JSON without a schema (expected: json_schema)");
  }

  /**
   * Whether the model takes cache points; others refuse them (docs.aws.amazon.com/bedrock, prompt
   * caching, supported models).
   */
  private static boolean caches(String model) {
    return model.contains("anthropic.claude") || model.contains("amazon.nova");
  }

  private static void refuseIf(boolean asked, String param, String what) {
    if (asked) {
      throw TypedRequest.refused(param, "Bedrock has no way to ask for " + what);
    }
  }

  private static @Nullable InferenceConfiguration inference(ChatRequest request, ModelCall call) {
    InferenceConfiguration.Builder config = InferenceConfiguration.builder();
    int bound = TypedRequest.outputBound(request, call);
    if (bound > 0) {
      config.maxTokens(bound);
    }
    if (request.hasTemperature()) {
      config.temperature((float) request.getTemperature());
    }
    if (request.hasTopP()) {
      config.topP((float) request.getTopP());
    }
    if (request.getStopCount() > 0) {
      config.stopSequences(request.getStopList());
    }
    InferenceConfiguration built = config.build();
    return built.equals(InferenceConfiguration.builder().build()) ? null : built;
  }

  /** Without tools, or when none may be called, no tools are shown: Converse knows no other way. */
  private static @Nullable ToolConfiguration tools(
      ChatRequest request, boolean caches, DroppedFields dropped) {
    ToolChoice choice = choice(request);
    if (request.getToolsCount() == 0 || request.getToolChoice().getMode().equals("none")) {
      return null;
    }
    List<Tool> tools = new ArrayList<>();
    for (int i = 0; i < request.getToolsCount(); i++) {
      String at = "tools[" + i + "]";
      tools.add(tool(at, request.getTools(i)));
      if (request.getTools(i).hasCacheTtl()) {
        if (caches) {
          tools.add(
              Tool.fromCachePoint(MessageCodec.cachePoint(request.getTools(i).getCacheTtl())));
        } else {
          dropped.add(at + ".cache_ttl");
        }
      }
    }
    return ToolConfiguration.builder().tools(tools).toolChoice(choice).build();
  }

  private static Tool tool(String at, dev.fairlead.v1.Tool tool) {
    ObjectNode schema =
        (ObjectNode)
            TypedRequest.object(at + ".parameters_json_schema", tool.getParametersJsonSchema());
    if (schema.isEmpty()) {
      schema.put("type", "object").putObject("properties");
    }
    return Tool.fromToolSpec(spec -> {
      spec.name(tool.getName())
          .inputSchema(ToolInputSchema.fromJson(DocumentCodec.document(schema)));
      if (tool.hasDescription() && !tool.getDescription().isEmpty()) {
        spec.description(tool.getDescription());
      }
      if (tool.getStrict()) {
        spec.strict(true);
      }
    });
  }

  private static @Nullable ToolChoice choice(ChatRequest request) {
    if (!request.hasToolChoice()) {
      return null;
    }
    if (request.getToolChoice().hasToolName()) {
      return ToolChoice.fromTool(tool -> tool.name(request.getToolChoice().getToolName()));
    }
    return switch (request.getToolChoice().getMode()) {
      case "auto" -> ToolChoice.fromAuto(AutoToolChoice.builder().build());
      case "required" -> ToolChoice.fromAny(AnyToolChoice.builder().build());
      case "none" -> null;
      default ->
          throw TypedRequest.refused(
              "tool_choice",
              request.getToolChoice().getMode() + " (expected: auto, none or required)");
    };
  }

  private static @Nullable OutputConfig output(ResponseFormat format) {
    if (!format.hasJsonSchema()) {
      return null;
    }
    String param = "response_format.json_schema.schema_json";
    String schema = TypedRequest.object(param, format.getJsonSchema().getSchemaJson()).toString();
    return OutputConfig.builder()
        .textFormat(text ->
            text.type(OutputFormatType.JSON_SCHEMA)
                .structure(
                    OutputFormatStructure.fromJsonSchema(
                        json -> json.schema(schema).name(format.getJsonSchema().getName()))))
        .build();
  }

  /**
   * What Converse leaves to each family of models: {@code top_k} and how much to think. The
   * request's own additional fields stand first and win.
   */
  private static @Nullable Document additional(
      ChatRequest request, ModelCall call, DroppedFields dropped) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    String model = call.model().upstream();
    boolean claude = model.contains("anthropic.");
    if (request.hasTopK()) {
      if (!claude && !model.contains("cohere.")) {
        throw TypedRequest.refused("top_k", request.getTopK() + " (not known to " + model + ")");
      }
      fields.put(claude ? "top_k" : "k", request.getTopK());
    }
    ThinkingWish wish = ThinkingWish.of(request);
    if (wish != null) {
      thinking(wish, request, call, fields, dropped);
    }
    request.getExtensions().getFieldsMap().keySet().stream()
        .filter(name -> !name.equals(REQUEST_FIELDS))
        .forEach(dropped::add);
    if (request.getExtensions().containsFields(REQUEST_FIELDS)) {
      TypedRequest.json(request.getExtensions())
          .path(REQUEST_FIELDS)
          .properties()
          .forEach(member -> fields.set(member.getKey(), member.getValue()));
    }
    return fields.isEmpty() ? null : DocumentCodec.document(fields);
  }

  /** Claude is told as by its own API, others by a word. */
  private static void thinking(
      ThinkingWish wish,
      ChatRequest request,
      ModelCall call,
      ObjectNode fields,
      DroppedFields dropped) {
    String model = call.model().upstream();
    if (model.contains("anthropic.")) {
      Thinking.of(model).write(wish, TypedRequest.outputBound(request, call), fields, dropped);
      return;
    }
    if (!wish.none()) {
      fields.put("reasoning_effort", wish.effort());
    }
    dropped.addIf(wish.tokens() > 0, "reasoning_budget_tokens");
  }
}
