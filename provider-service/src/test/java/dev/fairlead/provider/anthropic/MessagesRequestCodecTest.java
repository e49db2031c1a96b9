package dev.fairlead.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.JsonSchema;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ResponseFormat;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesRequestCodecTest {

  private static String encode(ChatRequest.Builder request) {
    return encode("claude-sonnet-5", request);
  }

  private static String encode(String model, ChatRequest.Builder request) {
    ChatRequest built = request.build();
    return new String(
        MessagesRequestCodec.encode(
            built, TypedCalls.call(model, built, false), new DroppedFields()),
        UTF_8);
  }

  private static ChatRequest.Builder request() {
    return TypedCalls.request("hi").toBuilder();
  }

  @Test
  void plainRequest_isBoundAndShort() {
    assertThat(encode(request()))
        .isEqualTo(
            "{\"model\":\"claude-sonnet-5\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\","
                + "\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}]}");
  }

  @Test
  void conversation_hasItsInstructionsApart_andItsTurnsJoined() {
    ChatRequest.Builder request =
        ChatRequest.newBuilder()
            .addMessages(TypedCalls.message(Message.Role.ROLE_SYSTEM, "be brief"))
            .addMessages(TypedCalls.message(Message.Role.ROLE_DEVELOPER, "be kind"))
            .addMessages(TypedCalls.message(Message.Role.ROLE_USER, "weather?"))
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_ASSISTANT)
                    .addToolCalls(call("t1", "{\"city\":\"Oslo\"}"))
                    .addToolCalls(call("t2", "")))
            .addMessages(result("t1", "rain"))
            .addMessages(result("t2", ""))
            .addMessages(TypedCalls.message(Message.Role.ROLE_USER, "thanks"));
    assertThat(encode(request))
        .contains(
            "\"system\":[{\"type\":\"text\",\"text\":\"be brief\"},"
                + "{\"type\":\"text\",\"text\":\"be kind\"}]")
        .contains(
            "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"w\","
                + "\"input\":{\"city\":\"Oslo\"}},{\"type\":\"tool_use\",\"id\":\"t2\",\"name\":\"w\","
                + "\"input\":{}}]}")
        .contains(
            "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"content\":["
                + "{\"type\":\"text\",\"text\":\"rain\"}]},{\"type\":\"tool_result\",\"tool_use_id\":\"t2\","
                + "\"content\":[]},{\"type\":\"text\",\"text\":\"thanks\"}]}");
  }

  private static ToolCall call(String id, String arguments) {
    return ToolCall.newBuilder().setId(id).setName("w").setArgumentsJson(arguments).build();
  }

  private static Message result(String id, String text) {
    return TypedCalls.message(Message.Role.ROLE_TOOL, text).toBuilder().setToolCallId(id).build();
  }

  @Test
  void images_areBlocks_byAddressAndByValue() {
    Message message =
        Message.newBuilder()
            .setRole(Message.Role.ROLE_USER)
            .addContent(image(Image.newBuilder().setUrl("https://example.org/a.png")))
            .addContent(image(Image.newBuilder().setUrl("data:image/png;base64,iVBO")))
            .addContent(
                image(
                    Image.newBuilder()
                        .setData(ByteString.copyFromUtf8("x"))
                        .setMediaType("image/gif")))
            .build();
    assertThat(encode(ChatRequest.newBuilder().addMessages(message)))
        .contains("{\"type\":\"url\",\"url\":\"https://example.org/a.png\"}")
        .contains("{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"iVBO\"}")
        .contains("{\"type\":\"base64\",\"media_type\":\"image/gif\",\"data\":\"eA==\"}");
  }

  private static ContentPart image(Image.Builder image) {
    return ContentPart.newBuilder().setImage(image).build();
  }

  @Test
  void tools_haveSchemaAndChoice() {
    Tool tool = Tool.newBuilder().setName("w").setDescription("weather").setStrict(true).build();
    ChatRequest.Builder request = request().addTools(tool).setParallelToolCalls(false);
    assertThat(encode(request))
        .contains(
            "\"tools\":[{\"name\":\"w\",\"description\":\"weather\","
                + "\"input_schema\":{\"type\":\"object\"},\"strict\":true}],"
                + "\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}");
    assertThat(
            encode(
                request()
                    .addTools(tool)
                    .setToolChoice(ToolChoice.newBuilder().setMode("required"))))
        .contains("\"tool_choice\":{\"type\":\"any\"}");
    assertThat(
            encode(
                request().addTools(tool).setToolChoice(ToolChoice.newBuilder().setToolName("w"))))
        .contains("\"tool_choice\":{\"type\":\"tool\",\"name\":\"w\"}");
  }

  @Test
  void schema_isTheOutputsFormat_besideTheEffort() {
    ChatRequest.Builder request =
        request()
            .setReasoningEffort("low")
            .setResponseFormat(
                ResponseFormat.newBuilder()
                    .setJsonSchema(
                        JsonSchema.newBuilder()
                            .setName("a")
                            .setSchemaJson("{\"type\":\"object\"}")));
    assertThat(encode(request))
        .contains(
            "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"low\","
                + "\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}");
  }

  @ParameterizedTest
  @CsvSource({
    "claude-3-7-sonnet-20250219, BUDGET",
    "claude-3-5-sonnet-20241022, NONE",
    "claude-3-haiku-20240307, NONE",
    "claude-sonnet-4-20250514, BUDGET",
    "claude-opus-4-5-20251101, BUDGET",
    "claude-opus-4-6, EFFORT",
    "claude-opus-4-8, HIGHER_EFFORT",
    "claude-haiku-5-5, HIGHER_EFFORT",
    "claude-sonnet-5, HIGHER_EFFORT",
    "something-else, HIGHER_EFFORT"
  })
  void thinking_isToldAsTheModelKnowsIt(String model, Thinking expected) {
    assertThat(Thinking.of(model)).isEqualTo(expected);
  }

  @Test
  void budget_isBelowTheBound() {
    assertThat(
            encode(
                "claude-sonnet-4-20250514",
                request().setReasoningEffort("high").setMaxOutputTokens(2000)))
        .contains("\"max_tokens\":2000")
        .contains("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1999}");
    assertThatThrownBy(() ->
            encode(
                "claude-sonnet-4-20250514",
                request().setReasoningEffort("low").setMaxOutputTokens(1024)))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("max_output_tokens: 1024");
  }

  @ParameterizedTest
  @ValueSource(strings = {"n", "logprobs", "frequency_penalty", "temperature", "response_format"})
  void whatCannotBeSaid_isRefusedByName(String field) {
    ChatRequest.Builder request = request();
    switch (field) {
      case "n" -> request.setChoiceCount(2);
      case "logprobs" -> request.setLogprobs(true);
      case "frequency_penalty" -> request.setFrequencyPenalty(0.5);
      case "temperature" -> request.setTemperature(1.5);
      default -> request.setResponseFormat(ResponseFormat.newBuilder().setJsonObject(true));
    }
    assertThatThrownBy(() -> encode(request))
        .isInstanceOf(FailureException.class)
        .hasMessageStartingWith(field + ":");
  }
}
