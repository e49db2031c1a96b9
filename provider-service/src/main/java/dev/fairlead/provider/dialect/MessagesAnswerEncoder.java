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
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolCallDelta;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's message and its events. The input's tokens are not known when a stream begins: they
 * are 0 in {@code message_start} and right in {@code message_delta}, whose usage is cumulative.
 */
final class MessagesAnswerEncoder implements AnswerEncoder {

  private static final String ID = "msg_";
  private static final String CALL_ID = "toolu_";

  private final AnswerHead head;
  private final Events events = new Events();
  private final BlockSequence blocks = new BlockSequence(events);
  private boolean begun;
  private int index = -1;

  MessagesAnswerEncoder(AnswerHead head) {
    this.head = head;
  }

  @Override
  public ByteString body(ChatResponse response, TokenUsage usage) {
    Choice choice =
        response.getChoicesCount() > 0 ? response.getChoices(0) : Choice.newBuilder().build();
    Message message = choice.getMessage();
    return AnswerBody.of(json -> {
      head(json, AnswerBody.id(ID, response.getId(), head));
      json.writeArrayFieldStart("content");
      for (ContentPart part : message.getContentList()) {
        block(json, part);
      }
      for (int i = 0; i < message.getToolCallsCount(); i++) {
        toolUse(json, message.getToolCalls(i), i);
      }
      json.writeEndArray();
      stop(
          json,
          choice.getFinishReason(),
          message.getToolCallsCount() > 0,
          choice.hasStopSequence() ? choice.getStopSequence() : null);
      UsageJson.messages(json, usage);
    });
  }

  /** Why it ended; a stop sequence is a reason of its own, when the vendor tells which it was. */
  private static void stop(
      JsonGenerator json, FinishReason reason, boolean toolCalls, @Nullable String sequence)
      throws IOException {
    boolean told = sequence != null && reason == FinishReason.FINISH_REASON_STOP;
    json.writeStringField(
        "stop_reason", told ? "stop_sequence" : Labels.messages(reason, toolCalls));
    json.writeStringField("stop_sequence", told ? sequence : null);
  }

  private void head(JsonGenerator json, String id) throws IOException {
    json.writeStringField("id", id);
    json.writeStringField("type", "message");
    json.writeStringField("role", "assistant");
    json.writeStringField("model", head.model());
  }

  /** A text that is empty would be refused when the client sends the turn back. */
  private static void block(JsonGenerator json, ContentPart part) throws IOException {
    switch (part.getPartCase()) {
      case TEXT -> text(json, part.getText());
      case REFUSAL -> text(json, part.getRefusal());
      case REASONING -> thinking(json, part.getReasoning());
      case IMAGE, DOCUMENT, PART_NOT_SET -> {
        // No model says such a thing in this contract.
      }
    }
  }

  private static void text(JsonGenerator json, String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeStartObject();
      json.writeStringField("type", "text");
      json.writeStringField("text", text);
      json.writeEndObject();
    }
  }

  private static void thinking(JsonGenerator json, Reasoning reasoning) throws IOException {
    String signature = reasoning.getSignature().toStringUtf8();
    json.writeStartObject();
    if (reasoning.getText().isEmpty()) {
      json.writeStringField("type", "redacted_thinking");
      json.writeStringField("data", signature);
    } else {
      json.writeStringField("type", "thinking");
      json.writeStringField("thinking", reasoning.getText());
      json.writeStringField("signature", signature);
    }
    json.writeEndObject();
  }

  private void toolUse(JsonGenerator json, ToolCall call, int position) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "tool_use");
    json.writeStringField("id", AnswerBody.callId(CALL_ID, call.getId(), head, position));
    json.writeStringField("name", call.getName());
    AnswerBody.arguments(json, "input", call.getArgumentsJson());
    json.writeEndObject();
  }

  @Override
  public void delta(ChatDelta piece, EventWriter out) {
    begin(out);
    blocks.add(piece);
  }

  private void begin(EventWriter out) {
    events.out = out;
    if (begun) {
      return;
    }
    begun = true;
    out.control(
        "message_start",
        json -> {
          json.writeObjectFieldStart("message");
          head(json, ID + head.uniqueId());
          json.writeArrayFieldStart("content");
          json.writeEndArray();
          json.writeNullField("stop_reason");
          json.writeNullField("stop_sequence");
          UsageJson.messages(json, TokenUsage.of(0, 0));
          json.writeEndObject();
        });
  }

  @Override
  public void end(TokenUsage usage, FinishReason reason, EventWriter out) {
    begin(out);
    blocks.end();
    FinishReason told =
        blocks.reason() == FinishReason.FINISH_REASON_UNSPECIFIED ? reason : blocks.reason();
    out.control(
        "message_delta",
        json -> {
          json.writeObjectFieldStart("delta");
          stop(json, told, blocks.toolCalls(), blocks.stopSequence());
          json.writeEndObject();
          UsageJson.messages(json, usage);
        });
    out.flush();
  }

  /** Blocks as events. */
  private final class Events implements BlockSequence.Sink {
    private @Nullable EventWriter out;

    private EventWriter writer() {
      return Objects.requireNonNull(out);
    }

    @Override
    public void open(BlockSequence.Kind kind, ToolCallDelta call) {
      index++;
      EventWriter.Members members =
          json -> {
            json.writeNumberField("index", index);
            json.writeObjectFieldStart("content_block");
            switch (kind) {
              case TEXT, REFUSAL -> {
                json.writeStringField("type", "text");
                json.writeStringField("text", "");
              }
              case REASONING -> {
                json.writeStringField("type", "thinking");
                json.writeStringField("thinking", "");
                json.writeStringField("signature", "");
              }
              case TOOL_CALL -> {
                json.writeStringField("type", "tool_use");
                String id = AnswerBody.callId(CALL_ID, call.getId(), head, call.getIndex());
                json.writeStringField("id", id);
                json.writeStringField("name", call.getName());
                json.writeObjectFieldStart("input");
                json.writeEndObject();
              }
            }
            json.writeEndObject();
          };
      if (kind == BlockSequence.Kind.TOOL_CALL) {
        writer().content("content_block_start", members);
      } else {
        writer().control("content_block_start", members);
      }
    }

    @Override
    public void piece(BlockSequence.Kind kind, String text) {
      switch (kind) {
        case TEXT, REFUSAL -> delta("text_delta", "text", text);
        case REASONING -> delta("thinking_delta", "thinking", text);
        case TOOL_CALL -> delta("input_json_delta", "partial_json", text);
      }
    }

    private void delta(String type, String member, String text) {
      writer()
          .content(
              "content_block_delta",
              json -> {
                json.writeNumberField("index", index);
                json.writeObjectFieldStart("delta");
                json.writeStringField("type", type);
                json.writeStringField(member, text);
                json.writeEndObject();
              });
    }

    @Override
    public void signature(ByteString signature, boolean alone) {
      if (!alone) {
        delta("signature_delta", "signature", signature.toStringUtf8());
        return;
      }
      index++;
      writer()
          .content(
              "content_block_start",
              json -> {
                json.writeNumberField("index", index);
                json.writeObjectFieldStart("content_block");
                json.writeStringField("type", "redacted_thinking");
                json.writeStringField("data", signature.toStringUtf8());
                json.writeEndObject();
              });
      stop();
    }

    @Override
    public void close(BlockSequence.Kind kind) {
      stop();
    }

    private void stop() {
      writer().control("content_block_stop", json -> json.writeNumberField("index", index));
    }
  }
}
