package dev.fairlead.provider.dialect;

import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolChoice;
import java.io.IOException;
import java.util.List;

/** Anthropic's request as a typed one. One use an instance. */
final class MessagesRequestDecoder {

  private final ChatRequest.Builder request = ChatRequest.newBuilder();
  private final Message.Builder system = Parts.message(Message.Role.ROLE_SYSTEM);
  private final TurnDecoder turns = new TurnDecoder();

  private MessagesRequestDecoder() {}

  static DecodedRequest decode(byte[] body) {
    MessagesRequestDecoder decoder = new MessagesRequestDecoder();
    List<String> dropped = JsonInput.read(body, decoder::members);
    return new DecodedRequest(decoder.complete(), dropped);
  }

  private void members(JsonInput in) throws IOException {
    while (in.member()) {
      switch (in.name()) {
        case "model" -> request.setModel(in.string());
        case "messages" -> turns.decode(in);
        case "system" -> system(in);
        case "max_tokens" -> request.setMaxOutputTokens(in.positive());
        case "temperature" -> request.setTemperature(in.number());
        case "top_p" -> request.setTopP(in.number());
        case "top_k" -> topK(in);
        case "stop_sequences" -> in.strings(request::addStop);
        case "tools" -> tools(in);
        case "tool_choice" -> toolChoice(in);
        case "thinking" -> Effort.thinking(in, request);
        case "output_config" -> outputConfig(in);
        case "output_format" -> request.setResponseFormat(Schemas.format(in));
        case "metadata" -> metadata(in);
        case "stream", "fairlead" -> in.skip();
        case "mcp_servers" -> throw in.inexpressible("it reaches no MCP servers by itself");
        case "container" -> throw in.inexpressible("it runs no containers");
        default -> in.drop();
      }
    }
    if (turns.messages().isEmpty()) {
      throw in.missing("messages");
    }
  }

  private ChatRequest complete() {
    if (system.getContentCount() > 0) {
      request.addMessages(system);
    }
    return request.addAllMessages(turns.messages()).build();
  }

  /** Zero is how some clients say that there is no such limit. */
  private void topK(JsonInput in) throws IOException {
    if (in.integer() != 0) {
      request.setTopK(in.positive());
    }
  }

  private void system(JsonInput in) throws IOException {
    if (in.isString()) {
      system.addContent(Parts.text(in.string()));
      return;
    }
    in.array();
    while (in.element()) {
      in.object();
      ContentPart.Builder part = ContentPart.newBuilder();
      while (in.member()) {
        switch (in.name()) {
          case "type" -> {
            if (!in.string().equals("text")) {
              throw in.wrong("text");
            }
          }
          case "text" -> part.setText(in.string());
          case "cache_control" -> part.setCacheTtl(Parts.cacheTtl(in));
          default -> in.drop();
        }
      }
      if (!part.hasText()) {
        throw in.missing("text");
      }
      system.addContent(part);
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
            if (!in.string().equals("custom")) {
              throw in.inexpressible("tools that run at Anthropic are not known to it");
            }
          }
          case "name" -> tool.setName(in.string());
          case "description" -> tool.setDescription(in.string());
          case "input_schema" -> tool.setParametersJsonSchema(in.rawObject());
          case "strict" -> tool.setStrict(in.bool());
          case "cache_control" -> tool.setCacheTtl(Parts.cacheTtl(in));
          default -> in.drop();
        }
      }
      if (tool.getName().isEmpty()) {
        throw in.missing("name");
      }
      request.addTools(tool);
    }
  }

  private void toolChoice(JsonInput in) throws IOException {
    in.object();
    ToolChoice.Builder choice = ToolChoice.newBuilder();
    String name = "";
    boolean named = false;
    while (in.member()) {
      switch (in.name()) {
        case "type" -> {
          switch (in.string()) {
            case "auto" -> choice.setMode("auto");
            case "any" -> choice.setMode("required");
            case "none" -> choice.setMode("none");
            case "tool" -> named = true;
            default -> throw in.wrong("auto, any, tool or none");
          }
        }
        case "name" -> name = in.string();
        case "disable_parallel_tool_use" -> request.setParallelToolCalls(!in.bool());
        default -> in.drop();
      }
    }
    if (named && name.isEmpty()) {
      throw in.missing("name");
    }
    if (named) {
      choice.setToolName(name);
    } else if (choice.getChoiceCase() == ToolChoice.ChoiceCase.CHOICE_NOT_SET) {
      throw in.missing("type");
    }
    request.setToolChoice(choice);
  }

  private void outputConfig(JsonInput in) throws IOException {
    in.object();
    while (in.member()) {
      switch (in.name()) {
        case "effort" -> request.setReasoningEffort(Effort.word(in));
        case "format" -> request.setResponseFormat(Schemas.format(in));
        default -> in.drop();
      }
    }
  }

  private void metadata(JsonInput in) throws IOException {
    in.object();
    while (in.member()) {
      if (in.name().equals("user_id")) {
        request.setUser(in.string());
      } else {
        in.drop();
      }
    }
  }
}
