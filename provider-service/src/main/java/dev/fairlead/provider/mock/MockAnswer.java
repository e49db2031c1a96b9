package dev.fairlead.provider.mock;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolCallDelta;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A mock's whole answer, made before the first part is sent, in the form of the request. */
final class MockAnswer {

  private static final String ARGUMENTS = "{}";

  private final ModelCall call;
  private final MockPrompt prompt;
  private final List<String> tokens;
  private final FinishReason finishReason;
  private final String id;
  private final long created = Instant.now().getEpochSecond();

  MockAnswer(ModelCall call, long seed) {
    this.call = call;
    this.prompt = MockPrompt.of(call);
    List<String> all = MockText.tokens(seed, call.model().upstream(), prompt);
    boolean cut =
        prompt.tool() == null && prompt.maxTokens() > 0 && all.size() > prompt.maxTokens();
    this.tokens = cut ? all.subList(0, prompt.maxTokens()) : all;
    this.finishReason =
        prompt.tool() != null
            ? FinishReason.FINISH_REASON_TOOL_CALLS
            : cut ? FinishReason.FINISH_REASON_LENGTH : FinishReason.FINISH_REASON_STOP;
    this.id = "mock-" + HexFormat.of().toHexDigits(seed * 31 + prompt.all().hashCode());
  }

  String text() {
    return prompt.tool() == null ? String.join("", tokens) : "";
  }

  FinishReason finishReason() {
    return finishReason;
  }

  TokenUsage usage() {
    int each = prompt.tool() == null ? tokens.size() : 2;
    long input = TokenCounter.forModel(call.model().upstream()).count(prompt.all());
    return TokenUsage.of(Math.max(1, input), (long) each * prompt.choices());
  }

  /** The parts of a streamed answer, in order. */
  List<AnswerPart> stream() {
    List<AnswerPart> parts = new ArrayList<>();
    for (int choice = 0; choice < prompt.choices(); choice++) {
      if (call.form() instanceof RequestForm.Raw) {
        rawChoice(choice, parts);
      } else {
        typedChoice(choice, parts);
      }
    }
    if (call.form() instanceof RequestForm.Raw raw) {
      ObjectNode chunk = envelope(raw.dialect(), true);
      chunk.putArray("choices");
      chunk.set("usage", usageJson());
      parts.add(events(raw.dialect(), chunk, RawEvents.Kind.KIND_USAGE));
    }
    return parts;
  }

  /** The part that is a whole answer. */
  AnswerPart whole() {
    if (call.form() instanceof RequestForm.Raw raw) {
      ObjectNode body = envelope(raw.dialect(), false);
      for (int choice = 0; choice < prompt.choices(); choice++) {
        body.withArray("choices").add(wholeChoice(raw.dialect(), choice));
      }
      body.set("usage", usageJson());
      return AnswerPart.Body.of(raw.dialect(), ByteString.copyFromUtf8(body.toString()));
    }
    ChatResponse.Builder response =
        ChatResponse.newBuilder().setId(id).setCreatedEpochSeconds(created);
    for (int choice = 0; choice < prompt.choices(); choice++) {
      response.addChoices(
          Choice.newBuilder()
              .setIndex(choice)
              .setFinishReason(finishReason)
              .setMessage(typedMessage()));
    }
    return new AnswerPart.Response(response.build());
  }

  private Message typedMessage() {
    Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT);
    String tool = prompt.tool();
    if (tool == null) {
      return message.addContent(ContentPart.newBuilder().setText(text())).build();
    }
    return message
        .addToolCalls(
            ToolCall.newBuilder().setId("call_" + id).setName(tool).setArgumentsJson(ARGUMENTS))
        .build();
  }

  private void typedChoice(int choice, List<AnswerPart> parts) {
    String tool = prompt.tool();
    if (tool == null) {
      tokens.forEach(
          token -> parts.add(delta(choice).apply(ChatDelta.newBuilder().setText(token))));
    } else {
      ToolCallDelta call =
          ToolCallDelta.newBuilder()
              .setId("call_" + id)
              .setName(tool)
              .setArgumentsJson(ARGUMENTS)
              .build();
      parts.add(delta(choice).apply(ChatDelta.newBuilder().setToolCall(call)));
    }
    parts.add(delta(choice).apply(ChatDelta.newBuilder().setFinishReason(finishReason)));
  }

  private static java.util.function.Function<ChatDelta.Builder, AnswerPart> delta(int choice) {
    return builder -> new AnswerPart.Delta(builder.setChoiceIndex(choice).build());
  }

  private void rawChoice(int choice, List<AnswerPart> parts) {
    Dialect dialect = call.form().dialect();
    boolean legacy = dialect == Dialect.DIALECT_OPENAI_COMPLETIONS;
    if (!legacy) {
      ObjectNode delta = object().put("role", "assistant").put("content", "");
      parts.add(chunk(choice, delta, null, RawEvents.Kind.KIND_CONTROL));
    }
    String tool = prompt.tool();
    if (tool == null || legacy) {
      for (String token : tokens) {
        parts.add(
            chunk(
                choice,
                object().put(legacy ? "text" : "content", token),
                null,
                RawEvents.Kind.KIND_CONTENT));
      }
    } else {
      parts.add(chunk(choice, toolCalls(tool), null, RawEvents.Kind.KIND_CONTENT));
    }
    parts.add(chunk(choice, object(), finishReason, RawEvents.Kind.KIND_CONTROL));
  }

  private AnswerPart chunk(
      int index, ObjectNode delta, @Nullable FinishReason reason, RawEvents.Kind kind) {
    Dialect dialect = call.form().dialect();
    ObjectNode chunk = envelope(dialect, true);
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
    if (dialect == Dialect.DIALECT_OPENAI_COMPLETIONS) {
      choice.put("text", delta.path("text").asText(""));
    } else {
      choice.set("delta", delta);
    }
    choice.putNull("logprobs").put("finish_reason", reason == null ? null : label(reason));
    chunk.putNull("usage");
    return events(dialect, chunk, kind);
  }

  private ObjectNode wholeChoice(Dialect dialect, int index) {
    ObjectNode choice = object().put("index", index);
    if (dialect == Dialect.DIALECT_OPENAI_COMPLETIONS) {
      choice.put("text", text());
    } else {
      String tool = prompt.tool();
      ObjectNode message =
          tool == null ? object().put("content", text()) : toolCalls(tool).putNull("content");
      choice.set("message", message.put("role", "assistant").putNull("refusal"));
    }
    return choice.putNull("logprobs").put("finish_reason", label(finishReason));
  }

  private ObjectNode toolCalls(String tool) {
    ObjectNode delta = object();
    ObjectNode toolCall = delta.putArray("tool_calls").addObject();
    toolCall.put("index", 0).put("id", "call_" + id).put("type", "function");
    toolCall.putObject("function").put("name", tool).put("arguments", ARGUMENTS);
    return delta;
  }

  private ObjectNode envelope(Dialect dialect, boolean streamed) {
    String object = streamed ? "chat.completion.chunk" : "chat.completion";
    if (dialect == Dialect.DIALECT_OPENAI_COMPLETIONS) {
      object = "text_completion";
    }
    return object()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", call.model().upstream());
  }

  private ObjectNode usageJson() {
    TokenUsage usage = usage();
    return object()
        .put("prompt_tokens", usage.promptTokens())
        .put("completion_tokens", usage.completionTokens())
        .put("total_tokens", usage.totalTokens());
  }

  private static AnswerPart events(Dialect dialect, ObjectNode chunk, RawEvents.Kind kind) {
    return new AnswerPart.Events(
        RawEvents.newBuilder()
            .setDialect(dialect)
            .setSse(ByteString.copyFromUtf8("data: " + chunk + "\n\n"))
            .setKind(kind)
            .setContentEvents(kind == RawEvents.Kind.KIND_CONTENT ? 1 : 0)
            .build());
  }

  private static String label(FinishReason reason) {
    return reason.name().substring("FINISH_REASON_".length()).toLowerCase(Locale.ROOT);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
