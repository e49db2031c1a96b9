package dev.fairlead.provider.dialect;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The messages of OpenAI's chat request. */
final class ChatMessageDecoder {

  private final ChatRequest.Builder request;
  private String lastCallId = "call_function";
  private int functionCalls;

  ChatMessageDecoder(ChatRequest.Builder request) {
    this.request = request;
  }

  void decode(JsonInput in) throws IOException {
    in.array();
    while (in.element()) {
      in.object();
      Turn turn = new Turn();
      while (in.member()) {
        turn.member(in);
      }
      if (turn.message.getRole() == Message.Role.ROLE_UNSPECIFIED) {
        throw in.missing("role");
      }
      request.addMessages(turn.complete());
    }
  }

  /** One message; what was thought comes before what was said, wherever it stands. */
  private final class Turn {
    private final Message.Builder message = Message.newBuilder();
    private final List<ContentPart> content = new ArrayList<>(2);
    private final List<ContentPart> thinking = new ArrayList<>(0);
    private String reasoning = "";
    private boolean ofFunction;

    void member(JsonInput in) throws IOException {
      switch (in.name()) {
        case "role" -> message.setRole(role(in));
        case "content" -> content(in);
        case "refusal" -> content.add(Parts.refusal(in.string()));
        case "reasoning_content", "reasoning" -> reasoning = in.string();
        case "thinking_blocks" -> thinkingBlocks(in);
        case "tool_calls" -> toolCalls(in);
        case "tool_call_id" -> message.setToolCallId(in.string());
        case "name" -> message.setName(in.string());
        case "audio" -> throw in.inexpressible("it knows no audio");
        case "function_call" -> functionCall(in);
        default -> in.drop();
      }
    }

    Message complete() {
      if (thinking.isEmpty() && !reasoning.isEmpty()) {
        thinking.add(Parts.reasoning(reasoning, ""));
      }
      if (ofFunction) {
        message.setToolCallId(lastCallId);
      }
      return message.addAllContent(thinking).addAllContent(content).build();
    }

    /** The only call of a turn, which had no id before there were tools. */
    private void functionCall(JsonInput in) throws IOException {
      in.object();
      ToolCall.Builder call = ToolCall.newBuilder();
      function(in, call);
      if (call.getName().isEmpty()) {
        throw in.missing("name");
      }
      lastCallId = "call_function_" + ++functionCalls;
      message.addToolCalls(call.setId(lastCallId));
    }

    private Message.Role role(JsonInput in) throws IOException {
      return switch (in.string()) {
        case "system" -> Message.Role.ROLE_SYSTEM;
        case "developer" -> Message.Role.ROLE_DEVELOPER;
        case "user" -> Message.Role.ROLE_USER;
        case "assistant" -> Message.Role.ROLE_ASSISTANT;
        case "tool" -> Message.Role.ROLE_TOOL;
        case "function" -> {
          ofFunction = true;
          yield Message.Role.ROLE_TOOL;
        }
        default -> throw in.wrong("system, developer, user, assistant or tool");
      };
    }

    private void content(JsonInput in) throws IOException {
      if (in.isString()) {
        content.add(Parts.text(in.string()));
        return;
      }
      in.array();
      while (in.element()) {
        in.object();
        part(in);
      }
    }

    private void part(JsonInput in) throws IOException {
      ContentPart.Builder part = ContentPart.newBuilder();
      while (in.member()) {
        switch (in.name()) {
          case "type" -> type(in);
          case "text" -> part.setText(in.string());
          case "refusal" -> part.setRefusal(in.string());
          case "image_url" -> part.setImage(image(in));
          case "file" -> part.setDocument(file(in));
          case "cache_control" -> part.setCacheTtl(Parts.cacheTtl(in));
          default -> in.drop();
        }
      }
      if (part.getPartCase() == ContentPart.PartCase.PART_NOT_SET) {
        throw in.missing("text");
      }
      content.add(part.build());
    }

    private static void type(JsonInput in) throws IOException {
      switch (in.string()) {
        case "text", "refusal", "image_url", "file" -> {}
        case "input_audio" -> throw in.inexpressible("it knows no audio");
        default -> throw in.wrong("text, image_url, file or refusal");
      }
    }

    private static Image image(JsonInput in) throws IOException {
      Image.Builder image = Image.newBuilder();
      in.object();
      while (in.member()) {
        switch (in.name()) {
          case "url" -> image.setUrl(in.string());
          case "detail" -> image.setDetail(in.string());
          default -> in.drop();
        }
      }
      if (image.getUrl().isEmpty()) {
        throw in.missing("url");
      }
      return image.build();
    }

    private static Document file(JsonInput in) throws IOException {
      Document.Builder document = Document.newBuilder();
      in.object();
      while (in.member()) {
        switch (in.name()) {
          case "file_data" -> document.setUrl(in.string());
          case "filename" -> document.setName(in.string());
          case "file_id" -> throw in.inexpressible("files kept at a vendor are not known to it");
          default -> in.drop();
        }
      }
      if (document.getUrl().isEmpty()) {
        throw in.missing("file_data");
      }
      return document.build();
    }

    private void toolCalls(JsonInput in) throws IOException {
      in.array();
      while (in.element()) {
        in.object();
        ToolCall.Builder call = ToolCall.newBuilder();
        while (in.member()) {
          switch (in.name()) {
            case "id" -> call.setId(in.string());
            case "type" -> {
              if (!in.string().equals("function")) {
                throw in.inexpressible("only calls of type function are known to it");
              }
            }
            case "function" -> {
              in.object();
              function(in, call);
            }
            case "extra_content" -> signature(in, call);
            case "index" -> in.skip();
            default -> in.drop();
          }
        }
        if (call.getName().isEmpty()) {
          throw in.missing("function.name");
        }
        message.addToolCalls(call);
      }
    }

    private static void function(JsonInput in, ToolCall.Builder call) throws IOException {
      while (in.member()) {
        switch (in.name()) {
          case "name" -> call.setName(in.string());
          case "arguments" -> call.setArgumentsJson(in.string());
          default -> in.drop();
        }
      }
    }

    /**
     * Where Google's own server of this dialect keeps the signature of a thought
     * (ai.google.dev/gemini-api/docs/thought-signatures, read November 2026).
     */
    private static void signature(JsonInput in, ToolCall.Builder call) throws IOException {
      in.object();
      while (in.member()) {
        if (in.name().equals("google") && in.isObject()) {
          while (in.member()) {
            if (in.name().equals("thought_signature")) {
              call.setSignature(ByteString.copyFromUtf8(in.string()));
            } else {
              in.drop();
            }
          }
        } else {
          in.drop();
        }
      }
    }

    /** Anthropic's blocks under the name that other gateways give them in this dialect. */
    private void thinkingBlocks(JsonInput in) throws IOException {
      in.array();
      while (in.element()) {
        in.object();
        String text = "";
        String signature = "";
        while (in.member()) {
          switch (in.name()) {
            case "type" -> in.skip();
            case "thinking" -> text = in.string();
            case "signature", "data" -> signature = in.string();
            default -> in.drop();
          }
        }
        thinking.add(Parts.reasoning(text, signature));
      }
    }
  }
}
