package dev.fairlead.provider.dialect;

import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code input} of a Responses request. What the model thought, said and called stands in items
 * of their own there, and becomes one turn of the assistant.
 */
final class InputItemDecoder {

  private final List<Message> messages = new ArrayList<>();
  private Message.@Nullable Builder assistant;

  /** Whether there is anything. */
  boolean any() {
    return assistant != null || !messages.isEmpty();
  }

  /** The messages, oldest first. */
  List<Message> messages() {
    endTurn();
    return messages;
  }

  void decode(JsonInput in) throws IOException {
    if (in.isString()) {
      messages.add(
          Parts.message(Message.Role.ROLE_USER).addContent(Parts.text(in.string())).build());
      return;
    }
    if (!in.isArray()) {
      throw in.wrong("a string or an array of items");
    }
    while (in.element()) {
      in.object();
      Item item = new Item();
      while (in.member()) {
        item.member(in);
      }
      add(in, item);
    }
  }

  private void add(JsonInput in, Item item) {
    switch (item.type) {
      case "message" -> message(in, item);
      case "reasoning" ->
          turn().addContent(Parts.reasoning(item.text.toString(), item.encryptedContent));
      case "function_call" ->
          turn()
              .addToolCalls(
                  ToolCall.newBuilder()
                      .setId(required(in, "call_id", item.callId))
                      .setName(required(in, "name", item.name))
                      .setArgumentsJson(item.arguments));
      default -> {
        endTurn();
        messages.add(
            Parts.message(Message.Role.ROLE_TOOL)
                .setToolCallId(required(in, "call_id", item.callId))
                .addAllContent(item.content)
                .build());
      }
    }
  }

  private void message(JsonInput in, Item item) {
    if (item.role == Message.Role.ROLE_UNSPECIFIED) {
      throw in.missing("role");
    }
    if (item.role == Message.Role.ROLE_ASSISTANT) {
      turn().addAllContent(item.content);
      return;
    }
    endTurn();
    messages.add(Parts.message(item.role).addAllContent(item.content).build());
  }

  private Message.Builder turn() {
    Message.Builder open = assistant;
    if (open == null) {
      open = Parts.message(Message.Role.ROLE_ASSISTANT);
      assistant = open;
    }
    return open;
  }

  private void endTurn() {
    if (assistant != null) {
      messages.add(assistant.build());
      assistant = null;
    }
  }

  private static String required(JsonInput in, String member, String value) {
    if (value.isEmpty()) {
      throw in.missing(member);
    }
    return value;
  }

  /** One item under way; one without a type is a message. */
  private static final class Item {
    private final List<ContentPart> content = new ArrayList<>(1);
    private final StringBuilder text = new StringBuilder(0);
    private String type = "message";
    private Message.Role role = Message.Role.ROLE_UNSPECIFIED;
    private String callId = "";
    private String name = "";
    private String arguments = "";
    private String encryptedContent = "";

    void member(JsonInput in) throws IOException {
      switch (in.name()) {
        case "type" -> type = type(in);
        case "role" -> role = role(in);
        case "content", "output" -> content(in);
        case "summary" -> content(in);
        case "call_id" -> callId = in.string();
        case "name" -> name = in.string();
        case "arguments" -> arguments = in.string();
        case "encrypted_content" -> encryptedContent = in.string();
        case "id", "status" -> in.skip();
        default -> in.drop();
      }
    }

    private static String type(JsonInput in) throws IOException {
      String type = in.string();
      return switch (type) {
        case "message", "reasoning", "function_call", "function_call_output" -> type;
        case "item_reference" -> throw in.inexpressible("answers are not kept here");
        default -> throw in.inexpressible("an item of type " + type + " is not known to it");
      };
    }

    private static Message.Role role(JsonInput in) throws IOException {
      return switch (in.string()) {
        case "system" -> Message.Role.ROLE_SYSTEM;
        case "developer" -> Message.Role.ROLE_DEVELOPER;
        case "user" -> Message.Role.ROLE_USER;
        case "assistant" -> Message.Role.ROLE_ASSISTANT;
        default -> throw in.wrong("system, developer, user or assistant");
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
      Document.Builder document = Document.newBuilder();
      Image.Builder image = Image.newBuilder();
      boolean thought = false;
      while (in.member()) {
        switch (in.name()) {
          case "type" -> thought = partType(in);
          case "text" -> part.setText(in.string());
          case "refusal" -> part.setRefusal(in.string());
          case "image_url" -> image.setUrl(in.string());
          case "detail" -> image.setDetail(in.string());
          case "file_data", "file_url" -> document.setUrl(in.string());
          case "filename" -> document.setName(in.string());
          case "file_id" -> throw in.inexpressible("files kept at a vendor are not known to it");
          case "annotations", "logprobs" -> in.skip();
          default -> in.drop();
        }
      }
      if (thought) {
        text.append(text.isEmpty() ? "" : "\n\n").append(part.getText());
        return;
      }
      if (image.hasUrl()) {
        part.setImage(image);
      } else if (document.hasUrl()) {
        part.setDocument(document);
      } else if (part.getPartCase() == ContentPart.PartCase.PART_NOT_SET) {
        throw in.missing("text");
      }
      content.add(part.build());
    }

    /** Whether it is a piece of reasoning. */
    private static boolean partType(JsonInput in) throws IOException {
      return switch (in.string()) {
        case "input_text", "output_text", "refusal", "input_image", "input_file" -> false;
        case "summary_text", "reasoning_text" -> true;
        case "input_audio" -> throw in.inexpressible("it knows no audio");
        default -> throw in.wrong("input_text, input_image, input_file, output_text or refusal");
      };
    }
  }
}
