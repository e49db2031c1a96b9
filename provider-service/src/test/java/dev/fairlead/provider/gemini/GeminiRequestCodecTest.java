package dev.fairlead.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeminiRequestCodecTest {

  private static String json(String model, ChatRequest request) {
    ModelCall call = TypedCalls.call(model, request, false);
    return new String(
        GeminiRequestCodec.encode(request, call, new DroppedFields()), StandardCharsets.UTF_8);
  }

  private static String json(Consumer<ChatRequest.Builder> change) {
    ChatRequest.Builder request = TypedCalls.request("hi").toBuilder();
    change.accept(request);
    return json("gemini-2.5-flash", request.build());
  }

  private static String after(String json) {
    String contents = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]";
    assertThat(json).startsWith(contents);
    return json.substring(contents.length());
  }

  @Test
  void conversation_becomesContents_withResultsOfParallelCallsInOneTurn() {
    ChatRequest request =
        ChatRequest.newBuilder()
            .addMessages(TypedCalls.message(Message.Role.ROLE_SYSTEM, "be brief"))
            .addMessages(TypedCalls.message(Message.Role.ROLE_DEVELOPER, "in French"))
            .addMessages(TypedCalls.message(Message.Role.ROLE_USER, "weather?"))
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_ASSISTANT)
                    .addContent(
                        ContentPart.newBuilder().setReasoning(Reasoning.newBuilder().setText("hm")))
                    .addToolCalls(
                        ToolCall.newBuilder()
                            .setId("a")
                            .setName("f")
                            .setArgumentsJson("{\"x\":1.50}")
                            .setSignature(ByteString.copyFromUtf8("c2ln")))
                    .addToolCalls(ToolCall.newBuilder().setId("b").setName("g")))
            .addMessages(
                TypedCalls.message(Message.Role.ROLE_TOOL, "{\"t\":4}").toBuilder()
                    .setToolCallId("a"))
            .addMessages(
                TypedCalls.message(Message.Role.ROLE_TOOL, "sunny").toBuilder().setToolCallId("b"))
            .build();
    assertThat(json("gemini-3-pro-preview", request))
        .isEqualTo(
            "{\"systemInstruction\":{\"parts\":[{\"text\":\"be brief\"},{\"text\":\"in French\"}]},"
                + "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"weather?\"}]},"
                + "{\"role\":\"model\",\"parts\":[{\"text\":\"hm\",\"thought\":true},"
                + "{\"functionCall\":{\"id\":\"a\",\"name\":\"f\",\"args\":{\"x\":1.50}},"
                + "\"thoughtSignature\":\"c2ln\"},"
                + "{\"functionCall\":{\"id\":\"b\",\"name\":\"g\",\"args\":{}}}]},"
                + "{\"role\":\"user\",\"parts\":["
                + "{\"functionResponse\":{\"id\":\"a\",\"name\":\"f\",\"response\":{\"t\":4}}},"
                + "{\"functionResponse\":{\"id\":\"b\",\"name\":\"g\","
                + "\"response\":{\"result\":\"sunny\"}}}]}]}");
  }

  @Test
  void callWithoutSignature_getsTheDocumentedOne_onlyWhereItIsAskedFor() {
    ChatRequest request =
        TypedCalls.request("hi").toBuilder()
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_ASSISTANT)
                    .addToolCalls(ToolCall.newBuilder().setId("a").setName("f")))
            .build();
    assertThat(json("gemini-3.1-flash", request)).contains(ContentCodec.FOREIGN_SIGNATURE);
    assertThat(json("gemini-2.5-pro", request)).doesNotContain("thoughtSignature");
  }

  @Test
  void images_areInlineOrAddressed() {
    Image data =
        Image.newBuilder().setData(ByteString.copyFromUtf8("x")).setMediaType("image/png").build();
    assertThat(image(data))
        .contains("{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"eA==\"}}");
    assertThat(image(Image.newBuilder().setUrl("data:image/gif;base64,eA==").build()))
        .contains("{\"inlineData\":{\"mimeType\":\"image/gif\",\"data\":\"eA==\"}}");
    assertThat(image(Image.newBuilder().setUrl("https://a/b.png").build()))
        .contains("{\"fileData\":{\"fileUri\":\"https://a/b.png\"}}");
    assertThatThrownBy(() -> image(Image.newBuilder().setUrl("data:image/gif;base64,?").build()))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("messages[0].content[1].image");
  }

  private static String image(Image image) {
    return json(request ->
        request.getMessagesBuilder(0).addContent(ContentPart.newBuilder().setImage(image)));
  }

  @Test
  void sampling_isGenerationConfig() {
    String json =
        json(request ->
            request
                .setMaxOutputTokens(10)
                .setTemperature(0.5)
                .setTopP(0.9)
                .setTopK(3)
                .setSeed(7)
                .addStop("END")
                .setFrequencyPenalty(0.1)
                .setPresencePenalty(0.2)
                .setChoiceCount(2)
                .setLogprobs(true)
                .setTopLogprobs(4)
                .setUser("u"));
    assertThat(after(json))
        .isEqualTo(
            ",\"generationConfig\":{\"maxOutputTokens\":10,\"temperature\":0.5,\"topP\":0.9,"
                + "\"topK\":3,\"seed\":7,\"stopSequences\":[\"END\"],\"frequencyPenalty\":0.1,"
                + "\"presencePenalty\":0.2,\"candidateCount\":2,\"responseLogprobs\":true,"
                + "\"logprobs\":4}}");
  }

  @Test
  void tools_areFunctionDeclarations() {
    String json =
        json(request ->
            request
                .addTools(
                    Tool.newBuilder()
                        .setName("f")
                        .setDescription("d")
                        .setParametersJsonSchema(
                            "{\"$schema\":\"s\",\"type\":\"object\",\"properties\":{}}"))
                .addTools(Tool.newBuilder().setName("g"))
                .setToolChoice(ToolChoice.newBuilder().setToolName("g")));
    assertThat(after(json))
        .isEqualTo(
            ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"description\":\"d\","
                + "\"parametersJsonSchema\":{\"type\":\"object\",\"properties\":{}}},"
                + "{\"name\":\"g\"}]}],\"toolConfig\":{\"functionCallingConfig\":"
                + "{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"g\"]}}}");
  }

  @ParameterizedTest
  @CsvSource({"auto,AUTO", "none,NONE", "required,ANY"})
  void toolChoice_isAMode(String choice, String mode) {
    assertThat(json(request -> request.setToolChoice(ToolChoice.newBuilder().setMode(choice))))
        .contains("\"functionCallingConfig\":{\"mode\":\"" + mode + "\"}");
  }

  @Test
  void answerFormat_isMimeTypeAndSchema() {
    assertThat(json(r -> r.setResponseFormat(ResponseFormat.newBuilder().setJsonObject(true))))
        .contains("\"generationConfig\":{\"responseMimeType\":\"application/json\"}");
    JsonSchema schema = JsonSchema.newBuilder().setSchemaJson("{\"type\":\"object\"}").build();
    assertThat(json(r -> r.setResponseFormat(ResponseFormat.newBuilder().setJsonSchema(schema))))
        .contains(
            "\"responseMimeType\":\"application/json\","
                + "\"responseJsonSchema\":{\"type\":\"object\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gemini-2.5-pro|none|{\"thinkingBudget\":0}",
        "gemini-2.5-pro|low|{\"thinkingBudget\":1024,\"includeThoughts\":true}",
        "gemini-2.5-flash|medium|{\"thinkingBudget\":8192,\"includeThoughts\":true}",
        "gemini-2.5-flash|xhigh|{\"thinkingBudget\":24576,\"includeThoughts\":true}",
        "gemini-3-flash-preview|none|{\"thinkingLevel\":\"minimal\"}",
        "gemini-3.1-pro|minimal|{\"thinkingLevel\":\"low\",\"includeThoughts\":true}",
        "gemini-3-pro-preview|medium|{\"thinkingLevel\":\"high\",\"includeThoughts\":true}",
        "models/gemini-3.5-flash|medium|{\"thinkingLevel\":\"medium\",\"includeThoughts\":true}"
      })
  void effort_isAsTheModelsGenerationTakesIt(String model, String effort, String config) {
    ChatRequest request = TypedCalls.request("hi").toBuilder().setReasoningEffort(effort).build();
    assertThat(json(model, request)).contains("\"thinkingConfig\":" + config);
  }

  @Test
  void extensions_passOnlyWhereGeminiKnowsThem() {
    Struct config =
        Struct.newBuilder()
            .putFields("mediaResolution", Value.newBuilder().setStringValue("LOW").build())
            .putFields("seed", Value.newBuilder().setNumberValue(1).build())
            .build();
    Struct extensions =
        Struct.newBuilder()
            .putFields("cachedContent", Value.newBuilder().setStringValue("c/1").build())
            .putFields("store", Value.newBuilder().setBoolValue(true).build())
            .putFields("generationConfig", Value.newBuilder().setStructValue(config).build())
            .build();
    assertThat(after(json(request -> request.setSeed(7).setExtensions(extensions))))
        .isEqualTo(
            ",\"cachedContent\":\"c/1\",\"generationConfig\":{\"seed\":7,"
                + "\"mediaResolution\":\"LOW\"}}");
  }

  @Test
  void whatCannotBeSaid_isRefusedByName() {
    Tool tool = Tool.newBuilder().setName("f").build();
    refused("stop", r -> r.addAllStop(List.of("1", "2", "3", "4", "5", "6")));
    refused("seed", r -> r.setSeed(1L << 40));
    refused("parallel_tool_calls", r -> r.addTools(tool).setParallelToolCalls(false));
    refused("reasoning_effort", r -> r.setReasoningEffort("much"));
    refused("tool_choice", r -> r.setToolChoice(ToolChoice.newBuilder().setMode("maybe")));
    refused(
        "tools[0].parameters_json_schema",
        r -> r.addTools(tool.toBuilder().setParametersJsonSchema("[1]")));
    refused(
        "messages[1].tool_call_id",
        r ->
            r.addMessages(
                TypedCalls.message(Message.Role.ROLE_TOOL, "x").toBuilder().setToolCallId("no")));
    refused(
        "messages[1].tool_calls[0].arguments_json",
        r ->
            r.addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_ASSISTANT)
                    .addToolCalls(ToolCall.newBuilder().setName("f").setArgumentsJson("{\"a\":"))));
    refused("messages[0].role", r -> r.getMessagesBuilder(0).setRoleValue(0));
    refused("messages", r -> r.getMessagesBuilder(0).setRole(Message.Role.ROLE_SYSTEM));
  }

  private static void refused(String param, Consumer<ChatRequest.Builder> change) {
    assertThatThrownBy(() -> json(change))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(((Failure.InvalidRequest) e.failure()).param()).isEqualTo(param));
  }
}
