package dev.fairlead.provider.bedrock;

import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.TypedRequest;
import dev.fairlead.provider.call.TypedRequest.InlineImage;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.bedrockruntime.model.CachePointBlock;
import software.amazon.awssdk.services.bedrockruntime.model.CachePointType;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ConversationRole;
import software.amazon.awssdk.services.bedrockruntime.model.DocumentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.DocumentSource;
import software.amazon.awssdk.services.bedrockruntime.model.ImageBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ImageSource;
import software.amazon.awssdk.services.bedrockruntime.model.Message;
import software.amazon.awssdk.services.bedrockruntime.model.ReasoningContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.S3Location;
import software.amazon.awssdk.services.bedrockruntime.model.SystemContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ToolResultContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ToolResultStatus;

/**
 * A conversation as Converse's messages and system blocks. Turns of one side that follow each other
 * become one, because Converse wants the sides to alternate. One for a request.
 */
final class MessageCodec {

  private static final String EMPTY_RESULT = "(empty)";

  private final List<SystemContentBlock> system = new ArrayList<>();
  private final List<Message> messages = new ArrayList<>();
  private final List<ContentBlock> turn = new ArrayList<>();
  private final boolean caches;
  private final DroppedFields dropped;
  private ConversationRole side = ConversationRole.USER;
  private int documents;

  /**
   * Encodes a conversation.
   *
   * @param caches whether the model takes cache points
   */
  MessageCodec(List<dev.fairlead.v1.Message> conversation, boolean caches, DroppedFields dropped) {
    this.caches = caches;
    this.dropped = dropped;
    for (int i = 0; i < conversation.size(); i++) {
      message("messages[" + i + "]", conversation.get(i));
    }
    endTurn();
    if (messages.isEmpty()) {
      throw TypedRequest.refused("messages", "nothing but instructions (expected: a user's turn)");
    }
  }

  List<SystemContentBlock> system() {
    return system;
  }

  List<Message> messages() {
    return messages;
  }

  private void message(String at, dev.fairlead.v1.Message message) {
    dropped.addIf(message.hasName(), at + ".name");
    switch (message.getRole()) {
      case ROLE_SYSTEM, ROLE_DEVELOPER -> {
        for (ContentPart part : message.getContentList()) {
          if (!part.hasText()) {
            throw TypedRequest.refused(at + ".content", "instructions can only be text");
          }
          if (!part.getText().isEmpty()) {
            system.add(SystemContentBlock.fromText(part.getText()));
          }
          if (marked(at + ".content", part)) {
            system.add(SystemContentBlock.fromCachePoint(cachePoint(part.getCacheTtl())));
          }
        }
      }
      case ROLE_USER -> {
        begin(ConversationRole.USER);
        parts(at, message);
      }
      case ROLE_ASSISTANT -> {
        begin(ConversationRole.ASSISTANT);
        parts(at, message);
        for (int i = 0; i < message.getToolCallsCount(); i++) {
          call(at + ".tool_calls[" + i + "]", message.getToolCalls(i));
        }
      }
      case ROLE_TOOL -> {
        begin(ConversationRole.USER);
        toolResult(at, message);
      }
      case ROLE_UNSPECIFIED, UNRECOGNIZED -> throw TypedRequest.refused(at + ".role", "not set");
    }
  }

  private void begin(ConversationRole role) {
    if (role != side) {
      endTurn();
      side = role;
    }
  }

  private void endTurn() {
    if (!turn.isEmpty()) {
      messages.add(Message.builder().role(side).content(List.copyOf(turn)).build());
      turn.clear();
    }
  }

  private void parts(String at, dev.fairlead.v1.Message message) {
    for (int i = 0; i < message.getContentCount(); i++) {
      ContentPart part = message.getContent(i);
      String where = at + ".content[" + i + "]";
      switch (part.getPartCase()) {
        case TEXT -> text(part.getText());
        case REFUSAL -> text(part.getRefusal());
        case IMAGE -> turn.add(ContentBlock.fromImage(image(where + ".image", part.getImage())));
        case DOCUMENT ->
            turn.add(ContentBlock.fromDocument(document(where + ".document", part.getDocument())));
        case REASONING -> reasoning(where + ".reasoning", part.getReasoning());
        case PART_NOT_SET -> throw TypedRequest.refused(where, "an empty part");
      }
      if (marked(where, part)) {
        turn.add(ContentBlock.fromCachePoint(cachePoint(part.getCacheTtl())));
      }
    }
  }

  /** Whether a cache point follows the part; a mark that the model does not take is noted. */
  private boolean marked(String at, ContentPart part) {
    dropped.addIf(part.hasCacheTtl() && !caches, at + ".cache_ttl");
    return part.hasCacheTtl() && caches;
  }

  /** Five minutes is what Converse takes a point without a time for. */
  static CachePointBlock cachePoint(String ttl) {
    CachePointBlock.Builder point = CachePointBlock.builder().type(CachePointType.DEFAULT);
    return ttl.equals("5m") ? point.build() : point.ttl(ttl).build();
  }

  /** An empty text is refused by Converse. */
  private void text(String text) {
    if (!text.isEmpty()) {
      turn.add(ContentBlock.fromText(text));
    }
  }

  private void reasoning(String at, Reasoning reasoning) {
    ReasoningContentBlock block = ThoughtCodec.block(reasoning);
    if (block == null) {
      dropped.add(at);
    } else {
      turn.add(ContentBlock.fromReasoningContent(block));
    }
  }

  private void call(String at, ToolCall call) {
    dropped.addIf(!call.getSignature().isEmpty(), at + ".signature");
    turn.add(
        ContentBlock.fromToolUse(use ->
            use.toolUseId(call.getId())
                .name(call.getName())
                .input(
                    DocumentCodec.document(
                        TypedRequest.object(at + ".arguments_json", call.getArgumentsJson())))));
  }

  private void toolResult(String at, dev.fairlead.v1.Message message) {
    if (message.getToolCallId().isEmpty()) {
      throw TypedRequest.refused(at + ".tool_call_id", "missing (expected: the id of a call)");
    }
    List<ToolResultContentBlock> content = new ArrayList<>();
    for (int i = 0; i < message.getContentCount(); i++) {
      ContentPart part = message.getContent(i);
      String where = at + ".content[" + i + "]";
      dropped.addIf(part.hasCacheTtl(), where + ".cache_ttl");
      if (part.hasDocument()) {
        content.add(
            ToolResultContentBlock.fromDocument(document(where + ".document", part.getDocument())));
      } else if (part.hasImage()) {
        content.add(ToolResultContentBlock.fromImage(image(where + ".image", part.getImage())));
      } else if (!part.getText().isEmpty()) {
        content.add(ToolResultContentBlock.fromText(part.getText()));
      } else if (!part.hasText()) {
        throw TypedRequest.refused(where, "a tool's result can only be text, images or documents");
      }
    }
    if (content.isEmpty()) {
      content.add(ToolResultContentBlock.fromText(EMPTY_RESULT));
    }
    turn.add(
        ContentBlock.fromToolResult(result -> {
          result.toolUseId(message.getToolCallId()).content(content);
          if (message.getToolError()) {
            result.status(ToolResultStatus.ERROR);
          }
        }));
  }

  private ImageBlock image(String at, Image image) {
    dropped.addIf(image.hasDetail(), at + ".detail");
    InlineImage inline = TypedRequest.inline(at, image);
    if (inline != null) {
      return ImageBlock.builder()
          .format(format(at, inline.mediaType()))
          .source(ImageSource.fromBytes(SdkBytes.fromByteArray(inline.bytes())))
          .build();
    }
    String url = image.getUrl();
    if (!url.startsWith("s3://")) {
      throw TypedRequest.refused(
          at + ".url", "an address (Bedrock takes images by value, or from s3://)");
    }
    return ImageBlock.builder()
        .format(format(at, "image/" + url.substring(url.lastIndexOf('.') + 1)))
        .source(ImageSource.fromS3Location(S3Location.builder().uri(url).build()))
        .build();
  }

  /** Names must differ within a request, and hold few kinds of characters. */
  private DocumentBlock document(String at, Document document) {
    documents++;
    String name =
        document
            .getName()
            .replaceAll("[^A-Za-z0-9 ()\\[\\]-]+", " ")
            .replaceAll(" {2,}", " ")
            .strip();
    DocumentBlock.Builder block =
        DocumentBlock.builder()
            .name(name.isEmpty() ? "document " + documents : name + " " + documents);
    InlineImage inline = TypedRequest.inline(at, document);
    if (inline != null) {
      return block
          .format(documentFormat(at, inline.mediaType()))
          .source(DocumentSource.fromBytes(SdkBytes.fromByteArray(inline.bytes())))
          .build();
    }
    String url = document.getUrl();
    if (!url.startsWith("s3://")) {
      throw TypedRequest.refused(
          at + ".url", "an address (Bedrock takes documents by value, or from s3://)");
    }
    return block
        .format(url.substring(url.lastIndexOf('.') + 1))
        .source(DocumentSource.fromS3Location(S3Location.builder().uri(url).build()))
        .build();
  }

  private static String documentFormat(String at, String mediaType) {
    return switch (mediaType.toLowerCase(Locale.ROOT)) {
      case "application/pdf" -> "pdf";
      case "text/plain" -> "txt";
      case "text/csv" -> "csv";
      case "text/html" -> "html";
      case "text/markdown" -> "md";
      case "application/msword" -> "doc";
      case "application/vnd.openxmlformats-officedocument.wordprocessingml.document" -> "docx";
      case "application/vnd.ms-excel" -> "xls";
      case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" -> "xlsx";
      default ->
          throw TypedRequest.refused(
              at + ".media_type",
              mediaType + " (expected: PDF, plain text, CSV, HTML, Markdown, Word or Excel)");
    };
  }

  private static String format(String at, String mediaType) {
    return switch (mediaType.toLowerCase(Locale.ROOT)) {
      case "image/png" -> "png";
      case "image/jpeg", "image/jpg" -> "jpeg";
      case "image/gif" -> "gif";
      case "image/webp" -> "webp";
      default ->
          throw TypedRequest.refused(
              at + ".media_type", mediaType + " (expected: image/png, jpeg, gif or webp)");
    };
  }
}
