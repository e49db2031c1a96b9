package dev.fairlead.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ToolCall;
import java.io.IOException;

/** OpenAI's whole chat answer as a typed one. Pure. */
final class ChatResponseCodec {

  private static final JsonMapper JSON = new JsonMapper();

  private ChatResponseCodec() {}

  static ChatResponse decode(byte[] json, int length) throws IOException {
    JsonNode root = JSON.readTree(json, 0, length);
    ChatResponse.Builder response =
        ChatResponse.newBuilder()
            .setId(root.path("id").asText())
            .setCreatedEpochSeconds(root.path("created").asLong());
    int position = 0;
    for (JsonNode choice : root.path("choices")) {
      response.addChoices(choice(choice, position++));
    }
    return response.build();
  }

  private static Choice choice(JsonNode node, int position) {
    Choice.Builder choice =
        Choice.newBuilder()
            .setIndex(node.path("index").asInt(position))
            .setMessage(message(node.path("message")))
            .setFinishReason(FinishReasons.of(node.path("finish_reason").asText()));
    if (node.path("stop_reason").isTextual()) {
      // vLLM names the stop sequence so; a number there is a token's id.
      choice.setStopSequence(node.path("stop_reason").textValue());
    }
    if (node.path("logprobs").isObject()) {
      choice.setLogprobsJson(node.path("logprobs").toString());
    }
    return choice.build();
  }

  private static Message message(JsonNode node) {
    Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT);
    String reasoning = MessageContent.reasoning(node);
    if (!reasoning.isEmpty()) {
      message.addContent(
          ContentPart.newBuilder().setReasoning(Reasoning.newBuilder().setText(reasoning)));
    }
    JsonNode content = node.path("content");
    if (content.isTextual() || content.isArray()) {
      message.addContent(ContentPart.newBuilder().setText(MessageContent.text(content)));
    }
    if (node.path("refusal").isTextual()) {
      message.addContent(ContentPart.newBuilder().setRefusal(node.path("refusal").textValue()));
    }
    for (JsonNode call : node.path("tool_calls")) {
      message.addToolCalls(
          ToolCall.newBuilder()
              .setId(call.path("id").asText())
              .setName(call.path("function").path("name").asText())
              .setArgumentsJson(call.path("function").path("arguments").asText()));
    }
    return message.build();
  }
}
