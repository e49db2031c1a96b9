package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolCallDelta;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's chat answer and chunks. Reasoning goes under the names that servers of the dialect have
 * settled on, {@code reasoning_content}, and with a signature as {@code thinking_blocks}.
 */
final class ChatAnswerEncoder implements AnswerEncoder {

  private static final String ID = "chatcmpl-";
  private static final String CALL_ID = "call_";

  private final AnswerHead head;

  /** The client knows no tools yet, but functions: one call an answer, without an id. */
  private final boolean functions;

  private final BitSet begun = new BitSet();
  private final BitSet calling = new BitSet();
  private final BitSet refusing = new BitSet();
  private final BitSet ended = new BitSet();

  /** What each choice is thinking, which a signature that follows at once signs. */
  private final Map<Integer, StringBuilder> thoughts = new HashMap<>();

  ChatAnswerEncoder(AnswerHead head) {
    this.head = head;
    this.functions = head.asked("functions") != null;
  }

  @Override
  public ByteString body(ChatResponse response, TokenUsage usage) {
    return AnswerBody.of(json -> {
      json.writeStringField("id", AnswerBody.id(ID, response.getId(), head));
      json.writeStringField("object", "chat.completion");
      long created = response.getCreatedEpochSeconds();
      json.writeNumberField("created", created > 0 ? created : head.createdEpochSeconds());
      json.writeStringField("model", head.model());
      json.writeArrayFieldStart("choices");
      for (Choice choice : response.getChoicesList()) {
        choice(json, choice);
      }
      json.writeEndArray();
      UsageJson.chat(json, usage);
    });
  }

  private void choice(JsonGenerator json, Choice choice) throws IOException {
    Message message = choice.getMessage();
    json.writeStartObject();
    json.writeNumberField("index", choice.getIndex());
    json.writeObjectFieldStart("message");
    json.writeStringField("role", "assistant");
    String refusal = joined(message, ContentPart.PartCase.REFUSAL);
    boolean said = message.getContentList().stream().anyMatch(ContentPart::hasText);
    textOrNull(json, "content", said, joined(message, ContentPart.PartCase.TEXT));
    textOrNull(json, "refusal", !refusal.isEmpty(), refusal);
    reasoning(json, message);
    if (functions && message.getToolCallsCount() > 0) {
      ToolCall only = message.getToolCalls(0);
      functionCall(json, only.getName(), only.getArgumentsJson());
    } else if (message.getToolCallsCount() > 0) {
      json.writeArrayFieldStart("tool_calls");
      for (int i = 0; i < message.getToolCallsCount(); i++) {
        toolCall(json, message.getToolCalls(i), i);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
    AnswerBody.objectOrNull(json, "logprobs", choice.getLogprobsJson());
    json.writeStringField(
        "finish_reason",
        label(choice.getFinishReason(), message.getToolCallsCount() > 0, !refusal.isEmpty()));
    json.writeEndObject();
  }

  private String label(FinishReason reason, boolean calls, boolean refusal) {
    String label = Labels.chat(reason, calls, refusal);
    return functions && label.equals("tool_calls") ? "function_call" : label;
  }

  private static void functionCall(JsonGenerator json, @Nullable String name, String arguments)
      throws IOException {
    json.writeObjectFieldStart("function_call");
    if (name != null) {
      json.writeStringField("name", name);
    }
    json.writeStringField("arguments", arguments);
    json.writeEndObject();
  }

  static String joined(Message message, ContentPart.PartCase kind) {
    StringBuilder text = new StringBuilder();
    for (ContentPart part : message.getContentList()) {
      if (part.getPartCase() == kind) {
        text.append(part.getText()).append(part.getRefusal());
        text.append(part.getReasoning().getText());
      }
    }
    return text.toString();
  }

  private static void textOrNull(JsonGenerator json, String name, boolean present, String text)
      throws IOException {
    if (present) {
      json.writeStringField(name, text);
    } else {
      json.writeNullField(name);
    }
  }

  private static void reasoning(JsonGenerator json, Message message) throws IOException {
    String text = joined(message, ContentPart.PartCase.REASONING);
    if (!text.isEmpty()) {
      json.writeStringField("reasoning_content", text);
    }
    boolean signed =
        message.getContentList().stream()
            .anyMatch(part -> !part.getReasoning().getSignature().isEmpty());
    if (signed) {
      json.writeArrayFieldStart("thinking_blocks");
      for (ContentPart part : message.getContentList()) {
        if (part.hasReasoning()) {
          thinkingBlock(json, part.getReasoning());
        }
      }
      json.writeEndArray();
    }
  }

  private static void thinkingBlock(JsonGenerator json, Reasoning reasoning) throws IOException {
    json.writeStartObject();
    if (reasoning.getText().isEmpty()) {
      json.writeStringField("type", "redacted_thinking");
      json.writeStringField("data", reasoning.getSignature().toStringUtf8());
    } else {
      json.writeStringField("type", "thinking");
      json.writeStringField("thinking", reasoning.getText());
      json.writeStringField("signature", reasoning.getSignature().toStringUtf8());
    }
    json.writeEndObject();
  }

  private void toolCall(JsonGenerator json, ToolCall call, int index) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", AnswerBody.callId(CALL_ID, call.getId(), head, index));
    json.writeStringField("type", "function");
    json.writeObjectFieldStart("function");
    json.writeStringField("name", call.getName());
    json.writeStringField("arguments", call.getArgumentsJson());
    json.writeEndObject();
    signature(json, call.getSignature());
    json.writeEndObject();
  }

  /** Where Google's own server of this dialect puts it. */
  private static void signature(JsonGenerator json, ByteString signature) throws IOException {
    if (!signature.isEmpty()) {
      json.writeObjectFieldStart("extra_content");
      json.writeObjectFieldStart("google");
      json.writeStringField("thought_signature", signature.toStringUtf8());
      json.writeEndObject();
      json.writeEndObject();
    }
  }

  @Override
  public void delta(ChatDelta piece, EventWriter out) {
    int choice = piece.getChoiceIndex();
    if (piece.hasFinishReason()) {
      finish(choice, piece.getFinishReason(), out);
      return;
    }
    if (functions && piece.hasToolCall() && piece.getToolCall().getIndex() > 0) {
      return;
    }
    if (!begun.get(choice)) {
      begin(choice, out);
    }
    if (!piece.hasReasoning() && !piece.hasReasoningSignature()) {
      thoughts.remove(choice);
    }
    out.content(json ->
        chunk(
            json,
            choice,
            "",
            () -> {
              switch (piece.getDeltaCase()) {
                case TEXT -> json.writeStringField("content", piece.getText());
                case REFUSAL -> {
                  refusing.set(choice);
                  json.writeStringField("refusal", piece.getRefusal());
                }
                case REASONING -> {
                  thoughts
                      .computeIfAbsent(choice, c -> new StringBuilder())
                      .append(piece.getReasoning());
                  json.writeStringField("reasoning_content", piece.getReasoning());
                }
                case REASONING_SIGNATURE -> signed(json, choice, piece.getReasoningSignature());
                case TOOL_CALL -> {
                  calling.set(choice);
                  toolCallPiece(json, piece.getToolCall());
                }
                case FINISH_REASON, DELTA_NOT_SET -> {}
              }
            }));
  }

  private void begin(int choice, EventWriter out) {
    begun.set(choice);
    out.control(json ->
        chunk(
            json,
            choice,
            "",
            () -> {
              json.writeStringField("role", "assistant");
              json.writeStringField("content", "");
            }));
  }

  private void finish(int choice, FinishReason reason, EventWriter out) {
    if (!begun.get(choice)) {
      begin(choice, out);
    }
    ended.set(choice);
    String label = label(reason, calling.get(choice), refusing.get(choice));
    out.control(json -> chunk(json, choice, label, () -> {}));
  }

  /** The block as a whole answer has it: a client sends back what it was given. */
  private void signed(JsonGenerator json, int choice, ByteString signature) throws IOException {
    StringBuilder text = thoughts.remove(choice);
    json.writeArrayFieldStart("thinking_blocks");
    thinkingBlock(
        json,
        Reasoning.newBuilder()
            .setText(text == null ? "" : text.toString())
            .setSignature(signature)
            .build());
    json.writeEndArray();
  }

  private void toolCallPiece(JsonGenerator json, ToolCallDelta call) throws IOException {
    if (functions) {
      functionCall(json, call.hasName() ? call.getName() : null, call.getArgumentsJson());
    } else {
      toolCall(json, call);
    }
  }

  /** Id, type and name with the first piece only. */
  private void toolCall(JsonGenerator json, ToolCallDelta call) throws IOException {
    json.writeArrayFieldStart("tool_calls");
    json.writeStartObject();
    json.writeNumberField("index", call.getIndex());
    if (call.hasName()) {
      String id = AnswerBody.callId(CALL_ID, call.getId(), head, call.getIndex());
      json.writeStringField("id", id);
      json.writeStringField("type", "function");
    }
    json.writeObjectFieldStart("function");
    if (call.hasName()) {
      json.writeStringField("name", call.getName());
    }
    json.writeStringField("arguments", call.getArgumentsJson());
    json.writeEndObject();
    signature(json, call.getSignature());
    json.writeEndObject();
    json.writeEndArray();
  }

  /** Writes what is inside {@code delta}. */
  private interface Delta {
    void write() throws IOException;
  }

  private void chunk(JsonGenerator json, int choice, String finishReason, Delta delta)
      throws IOException {
    chunkHead(json);
    json.writeArrayFieldStart("choices");
    json.writeStartObject();
    json.writeNumberField("index", choice);
    json.writeObjectFieldStart("delta");
    delta.write();
    json.writeEndObject();
    json.writeNullField("logprobs");
    textOrNull(json, "finish_reason", !finishReason.isEmpty(), finishReason);
    json.writeEndObject();
    json.writeEndArray();
  }

  private void chunkHead(JsonGenerator json) throws IOException {
    json.writeStringField("id", ID + head.uniqueId());
    json.writeStringField("object", "chat.completion.chunk");
    json.writeNumberField("created", head.createdEpochSeconds());
    json.writeStringField("model", head.model());
  }

  @Override
  public void end(TokenUsage usage, FinishReason reason, EventWriter out) {
    if (ended.isEmpty()) {
      finish(0, reason, out);
    }
    out.flush();
    out.control(json -> {
      chunkHead(json);
      json.writeArrayFieldStart("choices");
      json.writeEndArray();
      UsageJson.chat(json, usage);
    });
    out.flushAs(RawEvents.Kind.KIND_USAGE);
  }
}
