package dev.fairlead.gateway.typed;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.catalog.Capability;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.json.Attachments;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ResponseFormat;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Validates a typed request and finds in it what the gateway needs. Stateless. */
public final class TypedFacts {

  private static final byte[] DIALECT = "typed\n".getBytes(StandardCharsets.US_ASCII);

  private TypedFacts() {}

  /**
   * The facts of a request.
   *
   * @param stream whether the answer is to be streamed
   * @param limits how much a request may hold
   * @throws dev.fairlead.common.failure.FailureException InvalidRequest that names the field
   */
  public static RequestFacts of(ChatRequest request, boolean stream, ScanLimits limits) {
    TypedChecks.bound(request, limits);
    TypedChecks.validate(request);
    int last = lastUser(request);
    String text = last < 0 ? "" : text(request.getMessages(last));
    Set<Capability> needs = needs(request);
    boolean eligible =
        last == request.getMessagesCount() - 1
            && needs.isEmpty()
            && request.getToolsCount() == 0
            && choices(request) == 1
            && !text.isEmpty();
    return new RequestFacts(
        request.getModel().isEmpty() ? RequestFacts.AUTO : request.getModel(),
        stream,
        request.hasMaxOutputTokens()
            ? OptionalInt.of(request.getMaxOutputTokens())
            : OptionalInt.empty(),
        choices(request),
        needs,
        text,
        eligible,
        characters(request),
        request.hasUser() ? request.getUser() : null,
        digest(request, last),
        true);
  }

  static int choices(ChatRequest request) {
    return request.hasChoiceCount() ? request.getChoiceCount() : 1;
  }

  private static int lastUser(ChatRequest request) {
    for (int i = request.getMessagesCount() - 1; i >= 0; i--) {
      if (request.getMessages(i).getRole() == Message.Role.ROLE_USER) {
        return i;
      }
    }
    return -1;
  }

  private static String text(Message message) {
    return message.getContentList().stream()
        .filter(ContentPart::hasText)
        .map(ContentPart::getText)
        .collect(Collectors.joining("\n"));
  }

  private static Set<Capability> needs(ChatRequest request) {
    Set<Capability> needs = EnumSet.noneOf(Capability.class);
    if (request.getToolsCount() > 0) {
      needs.add(Capability.TOOLS);
    }
    if (request.getResponseFormat().getFormatCase() == ResponseFormat.FormatCase.JSON_SCHEMA) {
      needs.add(Capability.JSON_SCHEMA);
    }
    boolean effort = request.hasReasoningEffort() && !request.getReasoningEffort().equals("none");
    if (effort || request.hasReasoningBudgetTokens()) {
      needs.add(Capability.REASONING);
    }
    boolean images =
        request.getMessagesList().stream()
            .flatMap(message -> message.getContentList().stream())
            .anyMatch(ContentPart::hasImage);
    if (images) {
      needs.add(Capability.VISION);
    }
    return needs;
  }

  private static long characters(ChatRequest request) {
    long characters = 0;
    for (Message message : request.getMessagesList()) {
      for (ContentPart part : message.getContentList()) {
        characters += characters(part);
      }
      for (ToolCall call : message.getToolCallsList()) {
        characters += call.getName().length() + call.getArgumentsJson().length();
      }
    }
    for (Tool tool : request.getToolsList()) {
      characters +=
          tool.getName().length()
              + tool.getDescription().length()
              + tool.getParametersJsonSchema().length();
    }
    return characters + request.getResponseFormat().getJsonSchema().getSchemaJson().length();
  }

  private static long characters(ContentPart part) {
    return switch (part.getPartCase()) {
      case TEXT -> part.getText().length();
      case REFUSAL -> part.getRefusal().length();
      case REASONING -> part.getReasoning().getText().length();
      case IMAGE -> characters(part.getImage());
      case DOCUMENT -> characters(part.getDocument());
      case PART_NOT_SET -> 0;
    };
  }

  private static long characters(Image image) {
    if (image.getDetail().equals("low")) {
      return Attachments.LOW_DETAIL_IMAGE;
    }
    return image.hasData() ? Attachments.image(image.getData()) : Attachments.IMAGE;
  }

  private static long characters(Document document) {
    return document.hasUrl()
        ? Attachments.url(document.getUrl())
        : Attachments.file(document.getMediaType(), document.getData().size());
  }

  /**
   * Texts become their lengths, the last one empty: with the joined text they tell where each one
   * ended.
   */
  private static void keepPlaces(Message.Builder message) {
    boolean last = true;
    for (int i = message.getContentCount() - 1; i >= 0; i--) {
      ContentPart part = message.getContent(i);
      if (part.hasText()) {
        String place = last ? "" : Integer.toString(part.getText().length());
        message.setContent(i, ContentPart.newBuilder().setText(place));
        last = false;
      }
    }
  }

  /** Everything but model, user and the last user text, whose place is kept. */
  private static ByteString digest(ChatRequest request, int lastUser) {
    ChatRequest.Builder scope = request.toBuilder().clearModel().clearUser();
    if (lastUser >= 0) {
      keepPlaces(scope.getMessagesBuilder(lastUser));
    }
    try {
      ChatRequest cleared = scope.build();
      byte[] bytes = new byte[cleared.getSerializedSize()];
      CodedOutputStream output = CodedOutputStream.newInstance(bytes);
      output.useDeterministicSerialization();
      cleared.writeTo(output);
      output.flush();
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(DIALECT);
      return UnsafeByteOperations.unsafeWrap(sha.digest(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
