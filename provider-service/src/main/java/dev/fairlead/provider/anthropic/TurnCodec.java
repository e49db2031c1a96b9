package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.TypedRequest;
import dev.fairlead.provider.call.TypedRequest.InlineImage;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ToolCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as {@code system} and {@code messages}. Turns of one side that follow each other
 * become one, because results of parallel calls must stand together. One for a request.
 */
final class TurnCodec {

  private final ArrayNode system = JsonNodeFactory.instance.arrayNode();
  private final ArrayNode messages = JsonNodeFactory.instance.arrayNode();
  private final DroppedFields dropped;

  TurnCodec(DroppedFields dropped) {
    this.dropped = dropped;
  }

  void encode(List<Message> conversation, ObjectNode into) {
    for (int i = 0; i < conversation.size(); i++) {
      message("messages[" + i + "]", conversation.get(i));
    }
    if (messages.isEmpty()) {
      throw TypedRequest.refused("messages", "nothing but instructions (expected: a user's turn)");
    }
    if (!system.isEmpty()) {
      into.set("system", system);
    }
    into.set("messages", messages);
  }

  private void message(String at, Message message) {
    dropped.addIf(message.hasName(), at + ".name");
    switch (message.getRole()) {
      case ROLE_SYSTEM, ROLE_DEVELOPER -> {
        for (ContentPart part : message.getContentList()) {
          if (!part.hasText()) {
            throw TypedRequest.refused(at + ".content", "instructions can only be text");
          }
          text(system, part);
        }
      }
      case ROLE_USER -> parts(at, message, turn("user"));
      case ROLE_ASSISTANT -> {
        ArrayNode content = turn("assistant");
        parts(at, message, content);
        for (int i = 0; i < message.getToolCallsCount(); i++) {
          call(at + ".tool_calls[" + i + "]", message.getToolCalls(i), content);
        }
        if (content.isEmpty()) {
          messages.remove(messages.size() - 1);
        }
      }
      case ROLE_TOOL -> toolResult(at, message, turn("user"));
      case ROLE_UNSPECIFIED, UNRECOGNIZED -> throw TypedRequest.refused(at + ".role", "not set");
    }
  }

  /** The content of the turn of that side, a new one after the other side's. */
  private ArrayNode turn(String role) {
    JsonNode last = messages.isEmpty() ? null : messages.get(messages.size() - 1);
    if (last != null && last.path("role").asText().equals(role)) {
      return (ArrayNode) last.path("content");
    }
    ObjectNode turn = messages.addObject();
    turn.put("role", role);
    return turn.putArray("content");
  }

  private void parts(String at, Message message, ArrayNode into) {
    for (int i = 0; i < message.getContentCount(); i++) {
      part(at + ".content[" + i + "]", message.getContent(i), into);
    }
  }

  private void part(String at, ContentPart part, ArrayNode into) {
    switch (part.getPartCase()) {
      case TEXT -> text(into, part);
      case REFUSAL -> text(into, part);
      case IMAGE -> {
        Image image = part.getImage();
        ObjectNode block = into.addObject().put("type", "image");
        source(block, TypedRequest.inline(at + ".image", image), image.getUrl());
        dropped.addIf(image.hasDetail(), at + ".image.detail");
        mark(part, block);
      }
      case DOCUMENT -> {
        Document document = part.getDocument();
        ObjectNode block = into.addObject().put("type", "document");
        document(at + ".document", document, block);
        if (document.hasName()) {
          block.put("title", document.getName());
        }
        mark(part, block);
      }
      case REASONING -> {
        ObjectNode block = JsonNodeFactory.instance.objectNode();
        if (Thoughts.write(part.getReasoning(), block)) {
          into.add(block);
        } else {
          dropped.add(at + ".reasoning");
        }
        dropped.addIf(part.hasCacheTtl(), at + ".cache_ttl");
      }
      case PART_NOT_SET -> throw TypedRequest.refused(at, "an empty part");
    }
  }

  /** An empty text is refused by the API. */
  private static void text(ArrayNode into, ContentPart part) {
    String text = part.hasRefusal() ? part.getRefusal() : part.getText();
    if (!text.isEmpty()) {
      mark(part, into.addObject().put("type", "text").put("text", text));
    }
  }

  private static void mark(ContentPart part, ObjectNode block) {
    if (part.hasCacheTtl()) {
      cacheControl(part.getCacheTtl(), block);
    }
  }

  /** Five minutes is what the API takes a mark without a time for. */
  static void cacheControl(String ttl, ObjectNode block) {
    ObjectNode control = block.putObject("cache_control").put("type", "ephemeral");
    if (!ttl.equals("5m")) {
      control.put("ttl", ttl);
    }
  }

  private static void source(ObjectNode block, @Nullable InlineImage inline, String url) {
    ObjectNode source = block.putObject("source");
    if (inline == null) {
      source.put("type", "url").put("url", url);
    } else {
      source.put("type", "base64").put("media_type", inline.mediaType());
      source.put("data", inline.bytes());
    }
  }

  /** By value the API knows PDF and plain text (platform.claude.com, PDF support, citations). */
  private static void document(String at, Document document, ObjectNode block) {
    InlineImage inline = TypedRequest.inline(at, document);
    if (inline != null && inline.mediaType().startsWith("text/")) {
      block
          .putObject("source")
          .put("type", "text")
          .put("media_type", "text/plain")
          .put("data", TypedRequest.text(at, inline));
      return;
    }
    if (inline != null && !inline.mediaType().equals("application/pdf")) {
      throw TypedRequest.refused(
          at + ".media_type", inline.mediaType() + " (expected: application/pdf or text/plain)");
    }
    source(block, inline, document.getUrl());
  }

  private void call(String at, ToolCall call, ArrayNode into) {
    into.addObject()
        .put("type", "tool_use")
        .put("id", call.getId())
        .put("name", call.getName())
        .set("input", TypedRequest.object(at + ".arguments_json", call.getArgumentsJson()));
    dropped.addIf(!call.getSignature().isEmpty(), at + ".signature");
  }

  private void toolResult(String at, Message message, ArrayNode into) {
    if (message.getToolCallId().isEmpty()) {
      throw TypedRequest.refused(at + ".tool_call_id", "missing (expected: the id of a call)");
    }
    ObjectNode result =
        into.addObject().put("type", "tool_result").put("tool_use_id", message.getToolCallId());
    if (message.getToolError()) {
      result.put("is_error", true);
    }
    parts(at, message, result.putArray("content"));
  }
}
