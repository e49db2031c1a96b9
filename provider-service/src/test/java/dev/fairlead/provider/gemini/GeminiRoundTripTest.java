package dev.fairlead.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Random requests to Gemini's form and back, by a reader of that form that is only here. */
class GeminiRoundTripTest {

  private static final int SEEDS = 2000;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  @Test
  void j1_request_meansTheSame_whenItIsReadBack() throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      ChatRequest request =
          RandomRequests.of(seed, Dialect.DIALECT_ANTHROPIC_MESSAGES).toBuilder()
              .clearParallelToolCalls()
              .build();
      byte[] sent =
          GeminiRequestCodec.encode(
              request, TypedCalls.call("gemini-2.5-pro", request, false), new DroppedFields());
      assertThat(Meaning.of(read(JSON.readTree(sent))))
          .as("seed " + seed)
          .isEqualTo(Meaning.of(request));
    }
  }

  private static ChatRequest read(JsonNode root) {
    ChatRequest.Builder request = ChatRequest.newBuilder();
    Message.Builder system = Message.newBuilder().setRole(Message.Role.ROLE_SYSTEM);
    for (JsonNode part : root.path("systemInstruction").path("parts")) {
      system.addContent(ContentPart.newBuilder().setText(part.path("text").textValue()));
    }
    if (system.getContentCount() > 0) {
      request.addMessages(system);
    }
    for (JsonNode turn : root.path("contents")) {
      for (JsonNode part : turn.path("parts")) {
        request.addMessages(part(turn.path("role").textValue(), part));
      }
    }
    for (JsonNode function : root.path("tools").path(0).path("functionDeclarations")) {
      request.addTools(
          Tool.newBuilder()
              .setName(function.path("name").textValue())
              .setDescription(function.path("description").asText(""))
              .setParametersJsonSchema(function.path("parametersJsonSchema").toString()));
    }
    choice(root.path("toolConfig").path("functionCallingConfig"), request);
    config(root.path("generationConfig"), request);
    return request.build();
  }

  private static void choice(JsonNode config, ChatRequest.Builder request) {
    if (config.has("allowedFunctionNames")) {
      String only = config.path("allowedFunctionNames").path(0).textValue();
      request.setToolChoice(ToolChoice.newBuilder().setToolName(only));
    } else if (config.has("mode")) {
      String mode =
          switch (config.path("mode").textValue()) {
            case "AUTO" -> "auto";
            case "NONE" -> "none";
            case "ANY" -> "required";
            default -> throw new AssertionError(config);
          };
      request.setToolChoice(ToolChoice.newBuilder().setMode(mode));
    }
  }

  private static void config(JsonNode config, ChatRequest.Builder request) {
    request.setMaxOutputTokens(config.path("maxOutputTokens").intValue());
    config.path("stopSequences").forEach(stop -> request.addStop(stop.textValue()));
    if (config.has("temperature")) {
      request.setTemperature(config.path("temperature").doubleValue());
    }
    if (config.has("topP")) {
      request.setTopP(config.path("topP").doubleValue());
    }
    if (config.has("topK")) {
      request.setTopK(config.path("topK").intValue());
    }
    if (config.has("responseJsonSchema")) {
      assertThat(config.path("responseMimeType").textValue()).isEqualTo("application/json");
      JsonSchema.Builder schema =
          JsonSchema.newBuilder().setSchemaJson(config.path("responseJsonSchema").toString());
      request.setResponseFormat(ResponseFormat.newBuilder().setJsonSchema(schema));
    }
  }

  private static Message part(String role, JsonNode part) {
    Message.Builder message =
        Message.newBuilder()
            .setRole(role.equals("model") ? Message.Role.ROLE_ASSISTANT : Message.Role.ROLE_USER);
    if (part.has("functionCall")) {
      JsonNode call = part.path("functionCall");
      return message
          .addToolCalls(
              ToolCall.newBuilder()
                  .setId(call.path("id").textValue())
                  .setName(call.path("name").textValue())
                  .setArgumentsJson(call.path("args").toString()))
          .build();
    }
    if (part.has("functionResponse")) {
      return result(part.path("functionResponse"));
    }
    return message.addContent(content(part)).build();
  }

  private static Message result(JsonNode response) {
    JsonNode told = response.path("response");
    assertThat(told.size()).isEqualTo(1);
    boolean failed = told.has("error");
    return Message.newBuilder()
        .setRole(Message.Role.ROLE_TOOL)
        .setToolCallId(response.path("id").textValue())
        .setToolError(failed)
        .addContent(
            ContentPart.newBuilder().setText(told.path(failed ? "error" : "result").textValue()))
        .build();
  }

  private static ContentPart content(JsonNode part) {
    ContentPart.Builder content = ContentPart.newBuilder();
    JsonNode inline = part.path("inlineData");
    String data =
        "data:" + inline.path("mimeType").asText() + ";base64," + inline.path("data").asText();
    if (part.has("fileData")) {
      String url = part.path("fileData").path("fileUri").textValue();
      return content.setImage(Image.newBuilder().setUrl(url)).build();
    }
    if (inline.path("mimeType").asText().startsWith("image/")) {
      return content.setImage(Image.newBuilder().setUrl(data)).build();
    }
    if (part.has("inlineData")) {
      return content.setDocument(Document.newBuilder().setUrl(data)).build();
    }
    String text = part.path("text").textValue();
    if (part.path("thought").booleanValue() || part.has("thoughtSignature")) {
      ByteString signature = ByteString.copyFromUtf8(part.path("thoughtSignature").asText());
      return content
          .setReasoning(Reasoning.newBuilder().setText(text).setSignature(signature))
          .build();
    }
    return content.setText(text).build();
  }
}
