package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.TypedRequest;
import dev.fairlead.provider.call.TypedRequest.InlineImage;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ToolCall;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A conversation as Gemini's {@code contents} and {@code systemInstruction}. Turns of one side that
 * follow each other become one, because results of parallel calls must stand together. One for a
 * request.
 */
final class ContentCodec {

  /**
   * What Google documents for calls that another model made, or whose signature the client lost
   * (ai.google.dev/gemini-api/docs/thought-signatures, read November 2026).
   */
  static final String FOREIGN_SIGNATURE = "skip_thought_signature_validator";

  private final boolean wantsSignatures;
  private final ArrayNode contents = JsonNodeFactory.instance.arrayNode();
  private final ArrayNode system = JsonNodeFactory.instance.arrayNode();
  private final Map<String, String> calledNames = new HashMap<>();

  private final DroppedFields dropped;

  ContentCodec(boolean wantsSignatures, DroppedFields dropped) {
    this.dropped = dropped;
    this.wantsSignatures = wantsSignatures;
  }

  void encode(List<Message> messages, ObjectNode into) {
    for (int i = 0; i < messages.size(); i++) {
      message("messages[" + i + "]", messages.get(i));
    }
    if (contents.isEmpty()) {
      throw TypedRequest.refused("messages", "nothing but instructions (expected: a user's turn)");
    }
    if (!system.isEmpty()) {
      into.putObject("systemInstruction").set("parts", system);
    }
    into.set("contents", contents);
  }

  private void message(String at, Message message) {
    boolean tool = message.getRole() == Message.Role.ROLE_TOOL;
    dropped.addIf(message.hasName() && !tool, at + ".name");
    switch (message.getRole()) {
      case ROLE_SYSTEM, ROLE_DEVELOPER -> {
        for (ContentPart part : message.getContentList()) {
          if (!part.hasText()) {
            throw TypedRequest.refused(at + ".content", "instructions can only be text");
          }
          text(system, part.getText());
          dropped.addIf(part.hasCacheTtl(), at + ".content.cache_ttl");
        }
      }
      case ROLE_USER -> parts(at, message, turn("user"));
      case ROLE_ASSISTANT -> {
        ArrayNode parts = turn("model");
        parts(at, message, parts);
        calls(at, message.getToolCallsList(), parts);
      }
      case ROLE_TOOL -> toolResult(at, message, turn("user"));
      case ROLE_UNSPECIFIED, UNRECOGNIZED -> throw TypedRequest.refused(at + ".role", "not set");
    }
  }

  /** The parts of the turn of that side, a new one after the other side's. */
  private ArrayNode turn(String role) {
    JsonNode last = contents.isEmpty() ? null : contents.get(contents.size() - 1);
    if (last != null && last.path("role").asText().equals(role)) {
      return (ArrayNode) last.path("parts");
    }
    ObjectNode turn = contents.addObject();
    turn.put("role", role);
    return turn.putArray("parts");
  }

  private void parts(String at, Message message, ArrayNode into) {
    for (int i = 0; i < message.getContentCount(); i++) {
      part(at + ".content[" + i + "]", message.getContent(i), into);
    }
  }

  private void part(String at, ContentPart part, ArrayNode into) {
    dropped.addIf(part.hasCacheTtl(), at + ".cache_ttl");
    switch (part.getPartCase()) {
      case TEXT -> text(into, part.getText());
      case REFUSAL -> text(into, part.getRefusal());
      case IMAGE -> image(at + ".image", part.getImage(), into);
      case DOCUMENT -> document(at + ".document", part.getDocument(), into);
      case REASONING -> {
        ObjectNode thought = into.addObject().put("text", part.getReasoning().getText());
        if (!part.getReasoning().getText().isEmpty()) {
          thought.put("thought", true);
        }
        signature(thought, part.getReasoning().getSignature());
      }
      case PART_NOT_SET -> throw TypedRequest.refused(at, "an empty part");
    }
  }

  /** An empty text would be a part without content, which is refused. */
  private static void text(ArrayNode into, String text) {
    if (!text.isEmpty()) {
      into.addObject().put("text", text);
    }
  }

  private void image(String at, Image image, ArrayNode into) {
    dropped.addIf(image.hasDetail(), at + ".detail");
    InlineImage inline = TypedRequest.inline(at, image);
    if (inline != null) {
      into.addObject()
          .putObject("inlineData")
          .put("mimeType", inline.mediaType())
          .put("data", inline.bytes());
      return;
    }
    ObjectNode file = into.addObject().putObject("fileData");
    if (!image.getMediaType().isEmpty()) {
      file.put("mimeType", image.getMediaType());
    }
    file.put("fileUri", image.getUrl());
  }

  private void document(String at, Document document, ArrayNode into) {
    dropped.addIf(document.hasName(), at + ".name");
    InlineImage inline = TypedRequest.inline(at, document);
    if (inline == null) {
      into.addObject().putObject("fileData").put("fileUri", document.getUrl());
    } else {
      into.addObject()
          .putObject("inlineData")
          .put("mimeType", inline.mediaType())
          .put("data", inline.bytes());
    }
  }

  private void calls(String at, List<ToolCall> calls, ArrayNode into) {
    boolean signed = calls.stream().anyMatch(call -> !call.getSignature().isEmpty());
    for (int i = 0; i < calls.size(); i++) {
      ToolCall call = calls.get(i);
      calledNames.put(call.getId(), call.getName());
      ObjectNode part = into.addObject();
      ObjectNode function = part.putObject("functionCall");
      if (!call.getId().isEmpty()) {
        function.put("id", call.getId());
      }
      function.put("name", call.getName());
      String param = at + ".tool_calls[" + i + "].arguments_json";
      function.set("args", TypedRequest.object(param, call.getArgumentsJson()));
      signature(part, call.getSignature());
      if (i == 0 && !signed && wantsSignatures) {
        part.put("thoughtSignature", FOREIGN_SIGNATURE);
      }
    }
  }

  private static void signature(ObjectNode part, ByteString signature) {
    if (!signature.isEmpty()) {
      part.put("thoughtSignature", signature.toStringUtf8());
    }
  }

  /**
   * The name of the function is found by the id; images of a result stand after it. That it failed
   * is said by the member's name, as the API's reference has it (FunctionResponse.response, read
   * November 2026).
   */
  private void toolResult(String at, Message message, ArrayNode into) {
    String name = calledNames.getOrDefault(message.getToolCallId(), message.getName());
    if (name.isEmpty()) {
      throw TypedRequest.refused(
          at + ".tool_call_id", message.getToolCallId() + " (expected: the id of an earlier call)");
    }
    ObjectNode response = into.addObject().putObject("functionResponse");
    if (!message.getToolCallId().isEmpty()) {
      response.put("id", message.getToolCallId());
    }
    response.put("name", name);
    dropped.addIf(message.hasName() && !message.getName().equals(name), at + ".name");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < message.getContentCount(); i++) {
      ContentPart part = message.getContent(i);
      if (part.hasText()) {
        text.append(part.getText());
        dropped.addIf(part.hasCacheTtl(), at + ".content[" + i + "].cache_ttl");
      } else {
        part(at + ".content[" + i + "]", part, into);
      }
    }
    response.set(
        "response",
        message.getToolError()
            ? JsonNodeFactory.instance.objectNode().put("error", text.toString())
            : result(text.toString()));
  }

  /** A JSON object as it is, anything else as its only member. */
  private static JsonNode result(String text) {
    if (text.stripLeading().startsWith("{")) {
      try {
        return TypedRequest.object("content", text);
      } catch (FailureException e) {
        // Text that only begins like an object.
      }
    }
    return JsonNodeFactory.instance.objectNode().put("result", text);
  }
}
