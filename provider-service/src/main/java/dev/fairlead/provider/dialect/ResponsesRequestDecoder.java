package dev.fairlead.provider.dialect;

import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Tool;
import java.io.IOException;
import java.util.List;

/** OpenAI's Responses request as a typed one. One use an instance. */
final class ResponsesRequestDecoder {

  private static final String STATELESS = "answers are not kept here; send the earlier turns";

  private final ChatRequest.Builder request = ChatRequest.newBuilder();
  private final InputItemDecoder input = new InputItemDecoder();
  private String instructions = "";

  private ResponsesRequestDecoder() {}

  static DecodedRequest decode(byte[] body) {
    ResponsesRequestDecoder decoder = new ResponsesRequestDecoder();
    List<String> dropped = JsonInput.read(body, decoder::members);
    return new DecodedRequest(decoder.complete(), dropped);
  }

  private void members(JsonInput in) throws IOException {
    while (in.member()) {
      switch (in.name()) {
        case "model" -> request.setModel(in.string());
        case "input" -> input.decode(in);
        case "instructions" -> instructions = in.string();
        case "max_output_tokens" -> request.setMaxOutputTokens(in.positive());
        case "temperature" -> request.setTemperature(in.number());
        case "top_p" -> request.setTopP(in.number());
        case "tools" -> tools(in);
        case "tool_choice" -> request.setToolChoice(ChatRequestDecoder.toolChoice(in));
        case "parallel_tool_calls" -> request.setParallelToolCalls(in.bool());
        case "text" -> text(in);
        case "reasoning" -> reasoning(in);
        case "user" -> request.setUser(in.string());
        case "stream", "stream_options", "fairlead" -> in.skip();
        default -> rest(in);
      }
    }
    if (!input.any()) {
      throw in.missing("input");
    }
  }

  private void rest(JsonInput in) throws IOException {
    switch (in.name()) {
      case "previous_response_id", "conversation", "prompt" -> throw in.inexpressible(STATELESS);
      case "store", "background" -> {
        if (in.bool()) {
          throw in.inexpressible(STATELESS);
        }
      }
      case "truncation" -> {
        if (!in.string().equals("disabled")) {
          in.drop();
        }
      }
      case "include" -> include(in);
      default -> in.drop();
    }
  }

  /** Reasoning comes with its signature anyway. */
  private static void include(JsonInput in) throws IOException {
    in.array();
    while (in.element()) {
      if (!in.string().equals("reasoning.encrypted_content")) {
        in.drop();
      }
    }
  }

  private ChatRequest complete() {
    if (!instructions.isEmpty()) {
      request.addMessages(
          Parts.message(Message.Role.ROLE_SYSTEM).addContent(Parts.text(instructions)));
    }
    return request.addAllMessages(input.messages()).build();
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
          case "name" -> tool.setName(in.string());
          case "description" -> tool.setDescription(in.string());
          case "parameters" -> tool.setParametersJsonSchema(in.rawObject());
          case "strict" -> tool.setStrict(in.bool());
          default -> in.drop();
        }
      }
      if (tool.getName().isEmpty()) {
        throw in.missing("name");
      }
      request.addTools(tool);
    }
  }

  private void text(JsonInput in) throws IOException {
    in.object();
    while (in.member()) {
      if (in.name().equals("format")) {
        request.setResponseFormat(Schemas.format(in));
      } else {
        in.drop();
      }
    }
  }

  /** Summaries are told where the model gives its reasoning at all. */
  private void reasoning(JsonInput in) throws IOException {
    in.object();
    while (in.member()) {
      switch (in.name()) {
        case "effort" -> request.setReasoningEffort(Effort.word(in));
        case "summary", "generate_summary" -> in.skip();
        default -> in.drop();
      }
    }
  }
}
