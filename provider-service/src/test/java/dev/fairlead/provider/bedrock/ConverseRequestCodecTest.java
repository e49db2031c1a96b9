package dev.fairlead.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.JsonSchema;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ResponseFormat;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolChoice;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ConversationRole;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseRequest;

class ConverseRequestCodecTest {

  private static final String CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";

  private static ConverseRequest encode(String model, Consumer<ChatRequest.Builder> change) {
    ChatRequest.Builder request = TypedCalls.request("hi").toBuilder();
    change.accept(request);
    return ConverseRequestCodec.encode(
        request.build(), TypedCalls.call(model, request.build(), false), new DroppedFields());
  }

  @Test
  void conversation_alternates_andKeepsSignedThoughtsOnly() {
    ConverseRequest request =
        encode(
            CLAUDE,
            r ->
                r.addMessages(TypedCalls.message(Message.Role.ROLE_SYSTEM, "be brief"))
                    .addMessages(
                        Message.newBuilder()
                            .setRole(Message.Role.ROLE_ASSISTANT)
                            .addContent(thought("hm", "sig"))
                            .addContent(thought("foreign", ""))
                            .addContent(thought("", "_no base64"))
                            .addContent(thought("", "eHg="))
                            .addContent(thought("", "omitted:sig2"))
                            .addToolCalls(
                                ToolCall.newBuilder()
                                    .setId("a")
                                    .setName("f")
                                    .setArgumentsJson("{\"x\":1.50}")))
                    .addMessages(
                        TypedCalls.message(Message.Role.ROLE_TOOL, "4").toBuilder()
                            .setToolCallId("a"))
                    .addMessages(TypedCalls.message(Message.Role.ROLE_USER, "so?")));
    assertThat(request.system()).singleElement().matches(s -> s.text().equals("be brief"));
    assertThat(request.messages())
        .extracting(software.amazon.awssdk.services.bedrockruntime.model.Message::role)
        .containsExactly(ConversationRole.USER, ConversationRole.ASSISTANT, ConversationRole.USER);
    var blocks = request.messages().get(1).content();
    assertThat(blocks)
        .extracting(ContentBlock::type)
        .containsExactly(
            ContentBlock.Type.REASONING_CONTENT,
            ContentBlock.Type.REASONING_CONTENT,
            ContentBlock.Type.REASONING_CONTENT,
            ContentBlock.Type.TOOL_USE);
    assertThat(blocks.get(0).reasoningContent().reasoningText().signature()).isEqualTo("sig");
    assertThat(blocks.get(1).reasoningContent().redactedContent().asUtf8String()).isEqualTo("xx");
    assertThat(blocks.get(2).reasoningContent().reasoningText().text()).isEmpty();
    assertThat(blocks.get(2).reasoningContent().reasoningText().signature()).isEqualTo("sig2");
    assertThat(DocumentCodec.json(blocks.get(3).toolUse().input()).toString())
        .isEqualTo("{\"x\":1.50}");
    assertThat(request.messages().get(2).content().get(0).toolResult().toolUseId()).isEqualTo("a");
    assertThat(request.messages().get(2).content().get(1).text()).isEqualTo("so?");
  }

  private static ContentPart thought(String text, String signature) {
    return ContentPart.newBuilder()
        .setReasoning(
            Reasoning.newBuilder().setText(text).setSignature(ByteString.copyFromUtf8(signature)))
        .build();
  }

  @Test
  void sampling_isInferenceConfigAndModelFields() {
    ConverseRequest request =
        encode(
            CLAUDE,
            r ->
                r.setMaxOutputTokens(10)
                    .setTemperature(0.5)
                    .setTopP(0.25)
                    .setTopK(3)
                    .addStop("END")
                    .setSeed(1));
    assertThat(request.inferenceConfig().maxTokens()).isEqualTo(10);
    assertThat(request.inferenceConfig().temperature()).isEqualTo(0.5f);
    assertThat(request.inferenceConfig().topP()).isEqualTo(0.25f);
    assertThat(request.inferenceConfig().stopSequences()).containsExactly("END");
    assertThat(fields(request)).isEqualTo("{\"top_k\":3}");
    assertThat(encode(CLAUDE, r -> {}).inferenceConfig()).isNull();
  }

  private static String fields(ConverseRequest request) {
    return DocumentCodec.json(request.additionalModelRequestFields()).toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "low|0|{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}}",
        "medium|0|{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":8192}}",
        "high|4000|{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":3999}}"
      })
  void effort_isABudgetBelowTheBound_forClaude(String effort, int bound, String expected) {
    ConverseRequest request =
        encode(
            CLAUDE,
            r -> {
              r.setReasoningEffort(effort);
              if (bound > 0) {
                r.setMaxOutputTokens(bound);
              }
            });
    assertThat(fields(request)).isEqualTo(expected);
  }

  @Test
  void effort_isAWord_forOthers_andOwnFieldsWin() {
    assertThat(fields(encode("openai.gpt-oss-120b", r -> r.setReasoningEffort("high"))))
        .isEqualTo("{\"reasoning_effort\":\"high\"}");
    Struct own =
        Struct.newBuilder()
            .putFields("reasoning_effort", Value.newBuilder().setStringValue("low").build())
            .build();
    Struct extensions =
        Struct.newBuilder()
            .putFields(
                "additionalModelRequestFields", Value.newBuilder().setStructValue(own).build())
            .build();
    assertThat(
            fields(
                encode(
                    "openai.gpt-oss-120b",
                    r -> r.setReasoningEffort("high").setExtensions(extensions))))
        .isEqualTo("{\"reasoning_effort\":\"low\"}");
  }

  @Test
  void tools_haveASchemaAlways_andAreHiddenWhenNoneMayBeCalled() {
    Tool tool = Tool.newBuilder().setName("f").setDescription("d").build();
    ConverseRequest request =
        encode(
            CLAUDE,
            r -> r.addTools(tool).setToolChoice(ToolChoice.newBuilder().setMode("required")));
    var spec = request.toolConfig().tools().getFirst().toolSpec();
    assertThat(DocumentCodec.json(spec.inputSchema().json()).toString())
        .isEqualTo("{\"type\":\"object\",\"properties\":{}}");
    assertThat(request.toolConfig().toolChoice().any()).isNotNull();
    assertThat(
            encode(
                    CLAUDE,
                    r -> r.addTools(tool).setToolChoice(ToolChoice.newBuilder().setToolName("f")))
                .toolConfig()
                .toolChoice()
                .tool()
                .name())
        .isEqualTo("f");
    assertThat(
            encode(
                    CLAUDE,
                    r -> r.addTools(tool).setToolChoice(ToolChoice.newBuilder().setMode("none")))
                .toolConfig())
        .isNull();
  }

  @Test
  void schema_isAnOutputFormat_andImagesAreBytes() {
    ConverseRequest request =
        encode(
            CLAUDE,
            r -> {
              r.setResponseFormat(
                  ResponseFormat.newBuilder()
                      .setJsonSchema(
                          JsonSchema.newBuilder().setName("s").setSchemaJson("{\"a\":1}")));
              r.getMessagesBuilder(0)
                  .addContent(
                      image(Image.newBuilder().setUrl("data:image/jpeg;base64,eA==").build()));
            });
    assertThat(request.outputConfig().textFormat().structure().jsonSchema().schema())
        .isEqualTo("{\"a\":1}");
    var block = request.messages().getFirst().content().get(1).image();
    assertThat(block.formatAsString()).isEqualTo("jpeg");
    assertThat(block.source().bytes().asUtf8String()).isEqualTo("x");
  }

  private static ContentPart image(Image image) {
    return ContentPart.newBuilder().setImage(image).build();
  }

  @Test
  void whatCannotBeSaid_isRefusedByName() {
    refused("choice_count", r -> r.setChoiceCount(2));
    refused("logprobs", r -> r.setLogprobs(true));
    refused("frequency_penalty", r -> r.setFrequencyPenalty(1));
    refused("presence_penalty", r -> r.setPresencePenalty(-1));
    refused("response_format", r -> r.getResponseFormatBuilder().setJsonObject(true));
    refused(
        "parallel_tool_calls",
        r -> r.addTools(Tool.newBuilder().setName("f")).setParallelToolCalls(false));
    refused("reasoning_effort", r -> r.setReasoningEffort("much"));
    refused("max_output_tokens", r -> r.setReasoningEffort("low").setMaxOutputTokens(100));
    refused("tool_choice", r -> r.setToolChoice(ToolChoice.newBuilder().setMode("maybe")));
    refused(
        "messages[0].content[1].image.url",
        r ->
            r.getMessagesBuilder(0)
                .addContent(image(Image.newBuilder().setUrl("https://a/b.png").build())));
    refused(
        "messages[0].content[1].image.media_type",
        r ->
            r.getMessagesBuilder(0)
                .addContent(
                    image(
                        Image.newBuilder()
                            .setData(ByteString.copyFromUtf8("x"))
                            .setMediaType("image/tiff")
                            .build())));
    refused("messages", r -> r.getMessagesBuilder(0).setRole(Message.Role.ROLE_SYSTEM));
    assertThatThrownBy(() -> encode("amazon.nova-lite-v1:0", r -> r.setTopK(1)))
        .hasMessageContaining("top_k");
  }

  private static void refused(String param, Consumer<ChatRequest.Builder> change) {
    assertThatThrownBy(() -> encode(CLAUDE, change))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(((Failure.InvalidRequest) e.failure()).param()).isEqualTo(param));
  }
}
