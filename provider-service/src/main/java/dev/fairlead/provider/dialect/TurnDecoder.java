package dev.fairlead.provider.dialect;

import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The turns of Anthropic's request. A user's turn can hold results of tools, which are messages of
 * their own elsewhere: they come first, because they answer the turn before.
 */
final class TurnDecoder {

  private final List<Message> messages = new ArrayList<>();

  /** The messages, oldest first. */
  List<Message> messages() {
    return messages;
  }

  void decode(JsonInput in) throws IOException {
    in.array();
    while (in.element()) {
      in.object();
      Turn turn = new Turn();
      while (in.member()) {
        switch (in.name()) {
          case "role" -> turn.said.setRole(role(in));
          case "content" -> turn.content(in);
          default -> in.drop();
        }
      }
      if (turn.said.getRole() == Message.Role.ROLE_UNSPECIFIED) {
        throw in.missing("role");
      }
      turn.complete();
    }
  }

  private static Message.Role role(JsonInput in) throws IOException {
    return switch (in.string()) {
      case "user" -> Message.Role.ROLE_USER;
      case "assistant" -> Message.Role.ROLE_ASSISTANT;
      case "system" -> Message.Role.ROLE_SYSTEM;
      default -> throw in.wrong("user or assistant");
    };
  }

  /** One turn under way. */
  private final class Turn {
    private final Message.Builder said = Message.newBuilder();
    private final List<Message> results = new ArrayList<>(0);

    void complete() {
      messages.addAll(results);
      if (results.isEmpty() || said.getContentCount() > 0 || said.getToolCallsCount() > 0) {
        messages.add(said.build());
      }
    }

    void content(JsonInput in) throws IOException {
      if (in.isString()) {
        said.addContent(Parts.text(in.string()));
        return;
      }
      in.array();
      while (in.element()) {
        in.object();
        block(in);
      }
    }

    private void block(JsonInput in) throws IOException {
      Block block = new Block();
      while (in.member()) {
        block.member(in);
      }
      switch (block.type) {
        case "text", "image", "document", "thinking", "redacted_thinking" ->
            said.addContent(block.part(in));
        case "tool_use" -> said.addToolCalls(block.toolCall(in));
        case "tool_result" -> results.add(block.result(in));
        default -> throw in.missing("type");
      }
    }
  }

  /** One block under way: its members may come in any order. */
  private static final class Block {
    private final ContentPart.Builder part = ContentPart.newBuilder();
    private final Message.Builder result = Parts.message(Message.Role.ROLE_TOOL);
    private String type = "";
    private String text = "";
    private String opaque = "";
    private String id = "";
    private String name = "";
    private String input = "{}";
    private String url = "";

    void member(JsonInput in) throws IOException {
      switch (in.name()) {
        case "type" -> type = type(in);
        case "text", "thinking" -> text = in.string();
        case "signature", "data" -> opaque = in.string();
        case "source" -> url = source(in);
        case "title", "name" -> name = in.string();
        case "id", "tool_use_id" -> id = in.string();
        case "input" -> input = in.rawObject();
        case "content" -> resultContent(in);
        case "is_error" -> result.setToolError(in.bool());
        case "cache_control" -> part.setCacheTtl(Parts.cacheTtl(in));
        case "context" -> in.drop();
        default -> in.drop();
      }
    }

    private static String type(JsonInput in) throws IOException {
      String type = in.string();
      return switch (type) {
        case "text",
            "image",
            "document",
            "thinking",
            "redacted_thinking",
            "tool_use",
            "tool_result" ->
            type;
        default -> throw in.inexpressible("content of type " + type + " is not known to it");
      };
    }

    /** Plain text of a document stands as text; everything else becomes a URL. */
    private String source(JsonInput in) throws IOException {
      in.object();
      String kind = "";
      String mediaType = "";
      String data = "";
      String address = "";
      while (in.member()) {
        switch (in.name()) {
          case "type" -> {
            kind = in.string();
            if (!kind.equals("base64") && !kind.equals("url") && !kind.equals("text")) {
              throw in.inexpressible("a source of type " + kind + " is not known to it");
            }
          }
          case "media_type" -> mediaType = in.string();
          case "data" -> data = in.string();
          case "url" -> address = in.string();
          default -> in.drop();
        }
      }
      switch (kind) {
        case "base64" -> {
          return Parts.dataUrl(mediaType, data);
        }
        case "url" -> {
          return address;
        }
        case "text" -> {
          text = data;
          return "";
        }
        default -> throw in.missing("type");
      }
    }

    ContentPart part(JsonInput in) {
      switch (type) {
        case "image" -> part.setImage(Image.newBuilder().setUrl(required(in, "source", url)));
        case "document" -> document(in);
        case "thinking", "redacted_thinking" ->
            part.setReasoning(Parts.reasoning(text, opaque).getReasoning());
        default -> part.setText(text);
      }
      return part.build();
    }

    private void document(JsonInput in) {
      if (url.isEmpty() && !text.isEmpty()) {
        part.setText(name.isEmpty() ? text : name + "\n\n" + text);
        return;
      }
      Document.Builder document = Document.newBuilder().setUrl(required(in, "source", url));
      if (!name.isEmpty()) {
        document.setName(name);
      }
      part.setDocument(document);
    }

    ToolCall toolCall(JsonInput in) {
      return ToolCall.newBuilder()
          .setId(required(in, "id", id))
          .setName(required(in, "name", name))
          .setArgumentsJson(input)
          .build();
    }

    Message result(JsonInput in) {
      return result.setToolCallId(required(in, "tool_use_id", id)).build();
    }

    private static String required(JsonInput in, String member, String value) {
      if (value.isEmpty()) {
        throw in.missing(member);
      }
      return value;
    }

    private void resultContent(JsonInput in) throws IOException {
      if (in.isString()) {
        result.addContent(Parts.text(in.string()));
        return;
      }
      in.array();
      while (in.element()) {
        in.object();
        Block block = new Block();
        while (in.member()) {
          block.member(in);
        }
        switch (block.type) {
          case "text", "image", "document" -> result.addContent(block.part(in));
          default -> throw in.wrong("text, image or document");
        }
      }
    }
  }
}
