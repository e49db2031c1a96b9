package dev.fairlead.provider.dialect;

import com.google.protobuf.ByteString;
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
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Typed requests made of everything that a dialect can say. The same seed makes the same one. */
public final class RandomRequests {

  private static final List<String> TEXTS =
      List.of(
          "hello",
          "Grüße 🚢 你好",
          "line one\nline two\t\"quoted\" \\ back",
          " ",
          "\u2028 and \u0001 and \uD83D\uDE00",
          "data: [DONE]\n\n",
          "</script>");

  private static final List<String> OBJECTS =
      List.of(
          "{}",
          "{\"city\":\"Oslo\"}",
          "{ \"id\" : 9007199254740993123, \"x\":-0.0, \"y\":1.0 }",
          "{\"a\":[1,{\"b\":null}],\"s\":\"\\u00fc\\n\\\"}\"}",
          "{\"price\":1e400,\"deep\":{\"deeper\":{\"deepest\":[[]]}}}");

  private final SplittableRandom random;
  private final boolean chat;
  private final boolean messages;
  private int calls;

  private RandomRequests(long seed, Dialect dialect) {
    this.random = new SplittableRandom(seed);
    this.chat = dialect == Dialect.DIALECT_OPENAI_CHAT;
    this.messages = dialect == Dialect.DIALECT_ANTHROPIC_MESSAGES;
  }

  /** A request that the dialect can express. */
  public static ChatRequest of(long seed, Dialect dialect) {
    return new RandomRequests(seed, dialect).request();
  }

  private boolean perhaps() {
    return random.nextBoolean();
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size())) + random.nextInt(100);
  }

  private String object() {
    return OBJECTS.get(random.nextInt(OBJECTS.size()));
  }

  private ChatRequest request() {
    ChatRequest.Builder request = ChatRequest.newBuilder().setModel("auto:" + random.nextInt(9));
    if (perhaps()) {
      request.addMessages(message(Message.Role.ROLE_SYSTEM, texts(messages || chat ? 2 : 1)));
    }
    for (int turn = random.nextInt(3); turn >= 0; turn--) {
      user(request);
      if (turn > 0) {
        assistant(request);
      }
    }
    sampling(request);
    tools(request);
    if (perhaps()) {
      request.setResponseFormat(format());
    }
    return request.build();
  }

  private void user(ChatRequest.Builder request) {
    List<ContentPart> parts = texts(1 + random.nextInt(2));
    if (perhaps()) {
      parts.add(image());
    }
    if (perhaps()) {
      Document.Builder document =
          Document.newBuilder().setUrl("data:application/pdf;base64,JVBERi0x");
      parts.add(ContentPart.newBuilder().setDocument(document.setName("a.pdf")).build());
    }
    request.addMessages(message(Message.Role.ROLE_USER, parts));
  }

  private ContentPart image() {
    Image.Builder image =
        Image.newBuilder()
            .setUrl(perhaps() ? "https://example.com/a.png" : "data:image/png;base64,iVBORw0KGgo=");
    if (!messages && perhaps()) {
      image.setDetail("low");
    }
    return ContentPart.newBuilder().setImage(image).build();
  }

  private void assistant(ChatRequest.Builder request) {
    List<ContentPart> parts = new ArrayList<>();
    if (!chat && perhaps()) {
      Reasoning.Builder reasoning = Reasoning.newBuilder().setText(perhaps() ? text() : "");
      reasoning.setSignature(ByteString.copyFromUtf8("sig+/=" + random.nextInt(1000)));
      parts.add(ContentPart.newBuilder().setReasoning(reasoning).build());
    }
    parts.addAll(texts(1));
    if (!messages && random.nextInt(5) == 0) {
      parts.add(ContentPart.newBuilder().setRefusal(text()).build());
    }
    Message.Builder said = message(Message.Role.ROLE_ASSISTANT, parts).toBuilder();
    int toCall = random.nextInt(4);
    for (int i = 0; i < toCall; i++) {
      said.addToolCalls(
          ToolCall.newBuilder()
              .setId("call_" + calls++)
              .setName("tool-" + i)
              .setArgumentsJson(object()));
    }
    request.addMessages(said);
    for (ToolCall call : said.getToolCallsList()) {
      Message.Builder result = message(Message.Role.ROLE_TOOL, texts(1)).toBuilder();
      result.setToolCallId(call.getId());
      if (messages && perhaps()) {
        result.setToolError(true);
      }
      if (messages && perhaps()) {
        result.addContent(image());
      }
      request.addMessages(result);
    }
  }

  private void sampling(ChatRequest.Builder request) {
    if (messages || perhaps()) {
      request.setMaxOutputTokens(1 + random.nextInt(Integer.MAX_VALUE - 1));
    }
    if (perhaps()) {
      request.setTemperature(random.nextInt(11) / 10.0);
    }
    if (perhaps()) {
      request.setTopP(random.nextInt(1, 101) / 100.0);
    }
    if (perhaps()) {
      request.setUser("user-" + random.nextInt(10));
    }
    if (perhaps()) {
      request.setReasoningEffort(perhaps() ? "low" : "xhigh");
    }
    if (chat || messages) {
      for (int i = random.nextInt(4); i > 0; i--) {
        request.addStop(text());
      }
      if (perhaps()) {
        request.setTopK(1 + random.nextInt(100));
      }
    }
    if (chat) {
      request.setSeed(random.nextLong());
      request.setFrequencyPenalty(random.nextInt(-20, 21) / 10.0);
      request.setPresencePenalty(random.nextInt(-20, 21) / 10.0);
      request.setChoiceCount(1 + random.nextInt(8));
      request.setLogprobs(true).setTopLogprobs(random.nextInt(21));
    }
  }

  private void tools(ChatRequest.Builder request) {
    for (int i = random.nextInt(3); i > 0; i--) {
      Tool.Builder tool = Tool.newBuilder().setName("tool-" + i).setParametersJsonSchema(object());
      if (perhaps()) {
        tool.setDescription(text());
      }
      if (perhaps()) {
        tool.setStrict(perhaps());
      }
      request.addTools(tool);
    }
    if (request.getToolsCount() == 0) {
      return;
    }
    switch (random.nextInt(5)) {
      case 0 -> request.setToolChoice(ToolChoice.newBuilder().setMode("auto"));
      case 1 -> request.setToolChoice(ToolChoice.newBuilder().setMode("required"));
      case 2 -> request.setToolChoice(ToolChoice.newBuilder().setMode("none"));
      case 3 -> request.setToolChoice(ToolChoice.newBuilder().setToolName("tool-1"));
      default -> {}
    }
    if (perhaps() && (!messages || request.hasToolChoice())) {
      request.setParallelToolCalls(perhaps());
    }
  }

  private ResponseFormat format() {
    JsonSchema.Builder schema = JsonSchema.newBuilder().setName("answer").setSchemaJson(object());
    if (!messages && perhaps()) {
      schema.setName("other").setStrict(true);
    }
    return !messages && perhaps()
        ? ResponseFormat.newBuilder().setJsonObject(true).build()
        : ResponseFormat.newBuilder().setJsonSchema(schema).build();
  }

  private List<ContentPart> texts(int most) {
    List<ContentPart> parts = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      parts.add(Parts.text(text()));
    }
    return parts;
  }

  private static Message message(Message.Role role, List<ContentPart> parts) {
    return Message.newBuilder().setRole(role).addAllContent(parts).build();
  }
}
