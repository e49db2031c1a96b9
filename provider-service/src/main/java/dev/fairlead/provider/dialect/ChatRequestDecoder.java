package dev.fairlead.provider.dialect;

import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolChoice;
import java.io.IOException;
import java.util.List;

/** OpenAI's chat request as a typed one. One use an instance. */
final class ChatRequestDecoder {

  private final ChatRequest.Builder request = ChatRequest.newBuilder();

  private ChatRequestDecoder() {}

  static DecodedRequest decode(byte[] body) {
    ChatRequestDecoder decoder = new ChatRequestDecoder();
    List<String> dropped = JsonInput.read(body, decoder::members);
    return new DecodedRequest(decoder.request.build(), dropped);
  }

  private void members(JsonInput in) throws IOException {
    ChatMessageDecoder messages = new ChatMessageDecoder(request);
    while (in.member()) {
      switch (in.name()) {
        case "model" -> request.setModel(in.string());
        case "messages" -> messages.decode(in);
        case "tools" -> tools(in);
        case "tool_choice" -> request.setToolChoice(toolChoice(in));
        case "parallel_tool_calls" -> request.setParallelToolCalls(in.bool());
        case "response_format" -> request.setResponseFormat(Schemas.format(in));
        case "stream", "stream_options", "fairlead" -> in.skip();
        default -> {
          if (!sampling(in, request)) {
            rest(in);
          }
        }
      }
    }
    if (request.getMessagesCount() == 0) {
      throw in.missing("messages");
    }
  }

  /** Members that chat and the legacy dialect share; false for any other. */
  static boolean sampling(JsonInput in, ChatRequest.Builder request) throws IOException {
    switch (in.name()) {
      case "max_completion_tokens" -> request.setMaxOutputTokens(in.positive());
      case "max_tokens" -> {
        int bound = in.positive();
        if (!request.hasMaxOutputTokens()) {
          request.setMaxOutputTokens(bound);
        }
      }
      case "temperature" -> request.setTemperature(in.number());
      case "top_p" -> request.setTopP(in.number());
      case "top_k" -> request.setTopK(in.positive());
      case "seed" -> request.setSeed(in.integer());
      case "stop" -> in.strings(request::addStop);
      case "frequency_penalty" -> request.setFrequencyPenalty(in.number());
      case "presence_penalty" -> request.setPresencePenalty(in.number());
      case "n" -> request.setChoiceCount(in.positive());
      case "user" -> request.setUser(in.string());
      default -> {
        return false;
      }
    }
    return true;
  }

  private void rest(JsonInput in) throws IOException {
    switch (in.name()) {
      case "logprobs" -> request.setLogprobs(in.bool());
      case "top_logprobs" -> request.setTopLogprobs((int) in.integer());
      case "reasoning_effort" -> request.setReasoningEffort(Effort.word(in));
      case "thinking" -> Effort.thinking(in, request);
      case "modalities" ->
          in.strings(modality -> {
            if (!modality.equals("text")) {
              throw in.inexpressible("it answers in text only");
            }
          });
      case "audio" -> throw in.inexpressible("it answers in text only");
      case "web_search_options" -> throw in.inexpressible("it does not search the web");
      case "functions" -> functions(in);
      case "function_call" -> request.setToolChoice(toolChoice(in));
      default -> in.drop();
    }
  }

  private void tools(JsonInput in) throws IOException {
    in.array();
    while (in.element()) {
      in.object();
      Tool.Builder tool = Tool.newBuilder();
      while (in.member()) {
        switch (in.name()) {
          case "type" -> {
            if (!in.string().equals("function")) {
              throw in.inexpressible("only tools of type function are known to it");
            }
          }
          case "function" -> function(in, tool);
          case "cache_control" -> tool.setCacheTtl(Parts.cacheTtl(in));
          default -> in.drop();
        }
      }
      if (tool.getName().isEmpty()) {
        throw in.missing("function.name");
      }
      request.addTools(tool);
    }
  }

  /** Tools under the name that they had first. */
  private void functions(JsonInput in) throws IOException {
    in.array();
    while (in.element()) {
      Tool.Builder tool = Tool.newBuilder();
      function(in, tool);
      if (tool.getName().isEmpty()) {
        throw in.missing("name");
      }
      request.addTools(tool);
    }
  }

  private static void function(JsonInput in, Tool.Builder tool) throws IOException {
    in.object();
    while (in.member()) {
      switch (in.name()) {
        case "name" -> tool.setName(in.string());
        case "description" -> tool.setDescription(in.string());
        case "parameters" -> tool.setParametersJsonSchema(in.rawObject());
        case "strict" -> tool.setStrict(in.bool());
        default -> in.drop();
      }
    }
  }

  /** A mode, or a function by its name, which Responses does not wrap in {@code function}. */
  static ToolChoice toolChoice(JsonInput in) throws IOException {
    if (in.isString()) {
      String mode = in.string();
      if (!mode.equals("auto") && !mode.equals("none") && !mode.equals("required")) {
        throw in.wrong("auto, none or required");
      }
      return ToolChoice.newBuilder().setMode(mode).build();
    }
    in.object();
    String name = "";
    while (in.member()) {
      switch (in.name()) {
        case "type" -> {
          if (!in.string().equals("function")) {
            throw in.inexpressible("only a function can be chosen");
          }
        }
        case "name" -> name = in.string();
        case "function" -> {
          in.object();
          while (in.member()) {
            if (in.name().equals("name")) {
              name = in.string();
            } else {
              in.drop();
            }
          }
        }
        default -> in.drop();
      }
    }
    if (name.isEmpty()) {
      throw in.missing("name");
    }
    return ToolChoice.newBuilder().setToolName(name).build();
  }
}
