package dev.fairlead.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.dialect.Meaning;
import dev.fairlead.provider.dialect.RandomRequests;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.JsonSchema;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ResponseFormat;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolChoice;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ConversationRole;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseRequest;
import software.amazon.awssdk.services.bedrockruntime.model.DocumentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ImageBlock;
import software.amazon.awssdk.services.bedrockruntime.model.InferenceConfiguration;
import software.amazon.awssdk.services.bedrockruntime.model.ReasoningContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ToolResultBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ToolResultStatus;

/** Random requests to Converse's form and back, by a reader of that form that is only here. */
class ConverseRoundTripTest {

  private static final int SEEDS = 2000;
  private static final String MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0";

  @Test
  void j1_request_meansTheSame_whenItIsReadBack() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ChatRequest request =
          expressible(RandomRequests.of(seed, Dialect.DIALECT_ANTHROPIC_MESSAGES));
      ConverseRequest sent =
          ConverseRequestCodec.encode(
              request, TypedCalls.call(MODEL, request, false), new DroppedFields());
      assertThat(Meaning.of(read(sent))).as("seed " + seed).isEqualTo(Meaning.of(request));
    }
  }

  /** Without what Converse has no word for; that this is refused is another test's. */
  private static ChatRequest expressible(ChatRequest request) {
    ChatRequest.Builder can = request.toBuilder().clearParallelToolCalls().clearReasoningEffort();
    if (can.getToolChoice().getMode().equals("none")) {
      can.clearToolChoice();
    }
    for (Message.Builder message : can.getMessagesBuilderList()) {
      for (ContentPart.Builder part : message.getContentBuilderList()) {
        if (part.hasReasoning() && part.getReasoning().getText().isEmpty()) {
          part.getReasoningBuilder().setSignature(base64(part.getReasoning().getSignature()));
        }
        if (part.hasImage()) {
          part.getImageBuilder().setUrl("data:image/png;base64,iVBORw0KGgo=");
        }
      }
    }
    return can.build();
  }

  private static ByteString base64(ByteString bytes) {
    return ByteString.copyFromUtf8(Base64.getEncoder().encodeToString(bytes.toByteArray()));
  }

  private static ChatRequest read(ConverseRequest sent) {
    ChatRequest.Builder request = ChatRequest.newBuilder();
    if (sent.hasSystem()) {
      Message.Builder system = Message.newBuilder().setRole(Message.Role.ROLE_SYSTEM);
      sent.system().forEach(part -> system.addContent(text(part.text())));
      request.addMessages(system);
    }
    sent.messages()
        .forEach(turn ->
            turn.content().forEach(block -> request.addMessages(message(turn.role(), block))));
    tools(sent, request);
    sampling(sent, request);
    if (sent.outputConfig() != null) {
      JsonSchema.Builder schema =
          JsonSchema.newBuilder()
              .setSchemaJson(sent.outputConfig().textFormat().structure().jsonSchema().schema());
      request.setResponseFormat(ResponseFormat.newBuilder().setJsonSchema(schema));
    }
    return request.build();
  }

  private static void tools(ConverseRequest sent, ChatRequest.Builder request) {
    if (sent.toolConfig() == null) {
      return;
    }
    sent.toolConfig()
        .tools()
        .forEach(tool -> {
          String description = tool.toolSpec().description();
          request.addTools(
              Tool.newBuilder()
                  .setName(tool.toolSpec().name())
                  .setDescription(description == null ? "" : description)
                  .setParametersJsonSchema(
                      DocumentCodec.json(tool.toolSpec().inputSchema().json()).toString()));
        });
    var choice = sent.toolConfig().toolChoice();
    if (choice != null) {
      request.setToolChoice(
          choice.tool() != null
              ? ToolChoice.newBuilder().setToolName(choice.tool().name())
              : ToolChoice.newBuilder().setMode(choice.any() != null ? "required" : "auto"));
    }
  }

  private static void sampling(ConverseRequest sent, ChatRequest.Builder request) {
    InferenceConfiguration config = sent.inferenceConfig();
    request.setMaxOutputTokens(config.maxTokens()).addAllStop(config.stopSequences());
    if (config.temperature() != null) {
      request.setTemperature(config.temperature());
    }
    if (config.topP() != null) {
      request.setTopP(config.topP());
    }
    if (sent.additionalModelRequestFields() != null) {
      request.setTopK(
          DocumentCodec.json(sent.additionalModelRequestFields()).path("top_k").intValue());
    }
  }

  private static Message message(ConversationRole role, ContentBlock block) {
    if (block.toolResult() != null) {
      return result(block.toolResult());
    }
    Message.Builder message =
        Message.newBuilder()
            .setRole(
                role == ConversationRole.ASSISTANT
                    ? Message.Role.ROLE_ASSISTANT
                    : Message.Role.ROLE_USER);
    if (block.toolUse() != null) {
      return message
          .addToolCalls(
              ToolCall.newBuilder()
                  .setId(block.toolUse().toolUseId())
                  .setName(block.toolUse().name())
                  .setArgumentsJson(DocumentCodec.json(block.toolUse().input()).toString()))
          .build();
    }
    if (block.image() != null) {
      return message.addContent(image(block.image())).build();
    }
    if (block.document() != null) {
      return message.addContent(document(block.document())).build();
    }
    return message
        .addContent(
            block.reasoningContent() != null
                ? thought(block.reasoningContent())
                : text(block.text()))
        .build();
  }

  private static Message result(ToolResultBlock block) {
    Message.Builder message =
        Message.newBuilder()
            .setRole(Message.Role.ROLE_TOOL)
            .setToolCallId(block.toolUseId())
            .setToolError(block.status() == ToolResultStatus.ERROR);
    block
        .content()
        .forEach(part ->
            message.addContent(part.image() != null ? image(part.image()) : text(part.text())));
    return message.build();
  }

  private static ContentPart.Builder text(String text) {
    return ContentPart.newBuilder().setText(text);
  }

  private static ContentPart.Builder image(ImageBlock block) {
    String url = address("image/" + block.formatAsString(), block.source().bytes());
    return ContentPart.newBuilder().setImage(Image.newBuilder().setUrl(url));
  }

  private static ContentPart.Builder document(DocumentBlock block) {
    String url = address("application/" + block.formatAsString(), block.source().bytes());
    return ContentPart.newBuilder().setDocument(Document.newBuilder().setUrl(url));
  }

  private static String address(String type, SdkBytes bytes) {
    return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(bytes.asByteArray());
  }

  private static ContentPart.Builder thought(ReasoningContentBlock block) {
    Reasoning.Builder reasoning = Reasoning.newBuilder();
    if (block.redactedContent() != null) {
      reasoning.setSignature(base64(ByteString.copyFrom(block.redactedContent().asByteArray())));
    } else {
      reasoning
          .setText(block.reasoningText().text())
          .setSignature(ByteString.copyFromUtf8(block.reasoningText().signature()));
    }
    return ContentPart.newBuilder().setReasoning(reasoning);
  }
}
